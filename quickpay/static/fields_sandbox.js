/* The sandbox gateway's card fields, in the shape pay.js knows. */
(() => {
  "use strict";
  window.CardFields = Object.freeze({
    mount: (box, look) => window.SandboxGateway ? window.SandboxGateway.mount(box, look) : null,
  });
})();
