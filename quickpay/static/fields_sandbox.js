/* The sandbox gateway's card fields and wallets, in the shape pay.js and wallet.js know. */
(() => {
  "use strict";
  window.CardFields = Object.freeze({
    mount: (box, look) => window.SandboxGateway ? window.SandboxGateway.mount(box, look) : null,
    wallet: (box, look) => window.SandboxGateway ? window.SandboxGateway.wallet(box, look) : null,
  });
})();
