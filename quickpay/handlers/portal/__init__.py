"""The portal pages behind the challenge, for authorized patients."""
