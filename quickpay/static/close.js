/* Close the tab where the browser lets us; the page says that it may be closed where not. */
window.close();
