"""What the card fields say, in English and in Spanish."""

LABELS = {
    "en": {
        "title": "Card details",
        "number": "Card number",
        "expiry": "Expiry date",
        "expiry_hint": "MM / YY",
        "cvc": "Security code",
        "optional": "(optional)",
        "cvc_hint": "3 digits on the back",
        "cvc_hint_amex": "4 digits on the front",
        "number_missing": "Enter the card number.",
        "expiry_missing": "Enter the expiry date.",
        "cvc_missing": "Enter the security code.",
        "away": "The card form could not reach the gateway. Your card was not charged. Please try again.",
        "apple_pay": "Pay with Apple Pay",
        "google_pay": "Pay with Google Pay",
        "cvc_hint_any": "3 digits on the back, or 4 on the front",
        "chosen": "Visa ending in 4242",
        "pay_to": "Pay {merchant}",
        "pretend": "A sheet of the sandbox: no money moves.",
        "confirm": "Confirm",
        "cancel": "Cancel",
    },
    "es": {
        "title": "Datos de la tarjeta",
        "number": "Número de tarjeta",
        "expiry": "Fecha de vencimiento",
        "expiry_hint": "MM / AA",
        "cvc": "Código de seguridad",
        "optional": "(opcional)",
        "cvc_hint": "3 dígitos al dorso",
        "cvc_hint_amex": "4 dígitos al frente",
        "number_missing": "Escriba el número de la tarjeta.",
        "expiry_missing": "Escriba la fecha de vencimiento.",
        "cvc_missing": "Escriba el código de seguridad.",
        "away": "No pudimos conectar con el banco. No se hizo ningún cargo a su tarjeta. Intente de nuevo.",
        "apple_pay": "Pagar con Apple Pay",
        "google_pay": "Pagar con Google Pay",
        "cvc_hint_any": "3 dígitos al dorso, o 4 al frente",
        "chosen": "Visa terminada en 4242",
        "pay_to": "Pagar a {merchant}",
        "pretend": "Una hoja de prueba: no se mueve dinero.",
        "confirm": "Confirmar",
        "cancel": "Cancelar",
    },
}
SPANISH = {
    "Enter the card number.": "Escriba el número de la tarjeta.",
    "Check the card number: it is not a valid one.": "Revise el número de la tarjeta: no es válido.",
    "This is a sandbox: use one of the test numbers, never a real card.": (
        "Esto es una prueba: use uno de los números de prueba, nunca una tarjeta real."
    ),
    "Enter the month as a number from 1 to 12.": "Escriba el mes con un número del 1 al 12.",
    "Enter the year the card expires.": "Escriba el año de vencimiento.",
    "This card has expired. Use another card.": "Esta tarjeta está vencida. Use otra tarjeta.",
    "Check the year: it is too far away.": "Revise el año: es demasiado lejano.",
    "The security code has 3 digits.": "El código de seguridad tiene 3 dígitos.",
    "The security code has 4 digits.": "El código de seguridad tiene 4 dígitos.",
    "This wallet is not known.": "No conocemos esta billetera.",
}


def language(asked: str) -> str:
    """Return the language of an answer: what was asked for if the world speaks it, else English."""
    return "es" if asked.lower().startswith("es") else "en"


def said_in(message: str, *, asked: str) -> str:
    """Say a message in the language that was asked for."""
    return SPANISH.get(message, message) if language(asked) == "es" else message
