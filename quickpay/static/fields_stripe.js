/* Stripe's own fields, in the shape pay.js knows:
     mount(box, look)    the card: number, expiry and security code in one line of Stripe's, which never lets the
                         code be left out; with look.cvcOnly the security code of a kept card alone;
     wallet(box, look)   Apple Pay or Google Pay: look has method, amount (cents), currency, label, language,
                         colors, dark, settings, onToken({token}), onError(message), onCancel();
                         gives { available(): Promise<boolean> };
                         both are null when Stripe's script did not come;
     confirm({word, settings})  asks the payer's bank in this page; gives {} or { error: {message} }. */
(() => {
  "use strict";
  let made = null;
  const stripeOf = (settings) => {
    if (!window.Stripe) return null;
    made = made || window.Stripe(settings.key);
    return made;
  };
  const appearance = (colors, dark) => ({
    theme: dark ? "night" : "stripe",
    variables: {
      colorText: colors.text, colorBackground: colors.surface, colorPrimary: colors.primary, colorDanger: colors.error,
      fontSizeBase: "18px",
    },
  });

  function mount(box, look) {
    const stripe = stripeOf(look.settings);
    if (!stripe) return null;
    const elements = stripe.elements({ locale: look.language || "auto", appearance: appearance(look.colors, look.dark) });
    const style = {
      base: { color: look.colors.text, iconColor: look.colors.text, fontSize: "18px" },
      invalid: { color: look.colors.error, iconColor: look.colors.error },
    };
    const card = look.cvcOnly
      ? elements.create("cardCvc", { style })
      : elements.create("card", { hidePostalCode: true, style });
    card.mount(box);
    return {
      tokenize: async () => {
        if (look.cvcOnly) {
          const code = await stripe.createToken("cvc_update", card);
          return code.error ? { error: { field: "form", message: code.error.message } } : { token: code.token.id };
        }
        const answer = await stripe.createPaymentMethod({ type: "card", card });
        if (answer.error) return { error: { field: "form", message: answer.error.message } };
        return { token: answer.paymentMethod.id };
      },
      focus: () => (card.focus ? card.focus() : box.querySelector("input").focus()),
    };
  }

  function wallet(box, look) {
    const stripe = stripeOf(look.settings);
    if (!stripe) return null;
    const wanted = look.method === "apple_pay" ? "applePay" : "googlePay";
    const elements = stripe.elements({
      mode: "payment", amount: look.amount, currency: look.currency, locale: look.language || "auto",
      paymentMethodTypes: ["card"], appearance: appearance(look.colors, look.dark),
    });
    const paymentMethods = {
      applePay: "never", googlePay: "never", link: "never", paypal: "never", amazonPay: "never", klarna: "never",
    };
    paymentMethods[wanted] = "always";
    const button = elements.create("expressCheckout", { paymentMethods });
    const offered = new Promise((resolve) => {
      button.on("ready", (event) => {
        const there = event && event.availablePaymentMethods;
        resolve(Boolean(there && there[wanted]));
      });
      button.on("loaderror", () => resolve(false));
    });
    button.on("confirm", async () => {
      const checked = await elements.submit();
      const answer = checked.error ? checked : await stripe.createConfirmationToken({ elements });
      if (answer.error) look.onError(answer.error.message);
      else look.onToken({ token: answer.confirmationToken.id });
    });
    button.on("cancel", () => look.onCancel());
    button.mount(box);
    return { available: () => offered };
  }

  async function confirm({ word, settings }) {
    const stripe = stripeOf(settings);
    if (!stripe) return { error: { message: document.getElementById("bank-error").dataset.missing } };
    const answer = await stripe.handleNextAction({ clientSecret: word });
    return answer.error ? { error: { message: answer.error.message } } : {};
  }

  window.CardFields = Object.freeze({ mount, wallet, confirm });
})();
