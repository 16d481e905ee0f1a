"""What the help of a command says of each option of a pool, by sections.

Knows texts alone; flags, defaults and choices are added where the help is made (_flags.py).
"""

METAVARS = {
    "api_scopes": "SCOPE",
    "attributes": "NAME",
    "auto_confirm_domains": "DOMAIN",
    "callback_urls": "URL",
    "certificate_arn": "ARN",
    "custom_domain": "HOST",
    "email_configuration_set": "NAME",
    "email_domains": "DOMAIN",
    "groups": "NAME",
    "hosted_zone_id": "ID",
    "logout_urls": "URL",
    "name": "TEXT",
    "notification_log": "ARN",
    "passkey_domain": "HOST",
    "read_attributes": "NAME",
    "scopes": "SCOPE",
    "ses_identity": "ARN",
    "sign_in_log": "ARN",
    "tags": "KEY=VALUE",
    "triggers": "NAME=ARN",
    "write_attributes": "NAME",
}
"""What stands for a value, where TEXT would say too little."""

# For an option that is on by default, the help shows the flag that turns it off.
SECTIONS: dict[str, dict[str, str]] = {
    "Who gets in": {
        "name": "Name of the pool and of its app client.",
        "sign_in": "What people sign in with. Final.",
        "required": "Attributes required at sign-up; repeatable. Final.",
        "attributes": "A custom attribute, such as plan or seats:number; repeatable. Final.",
        "self_sign_up": "Anybody may sign up; otherwise administrators add people.",
        "email_domains": "Only e-mail addresses at this domain may sign up; repeatable. "
        "Final: whether any is given.",
        "auto_confirm_domains": "E-mail addresses at this domain need no code at sign-up, so that "
        "anybody can claim one; repeatable.",
        "groups": "A group to create; repeatable.",
    },
    "How people sign in": {
        "passwordless": "What may take the place of a password; repeatable.",
        "passkey_domain": "Whom passkeys are for, with sign-in pages of your own; the app's host "
        "if not given.",
        "passkey_verification": "Whether a passkey's device must check its owner.",
        "passkey_mfa": "Such a passkey is both factors.",
        "mfa": "A second factor.",
        "mfa_methods": "How; repeatable. sms creates an IAM role, email needs --ses-identity.",
    },
    "Passwords and verification": {
        "password_length": "Minimum number of characters.",
        "password_upper": "Do not require an uppercase letter.",
        "password_lower": "Do not require a lowercase letter.",
        "password_digits": "Do not require a digit.",
        "password_symbols": "Do not require a symbol.",
        "temporary_password_days": "How long an administrator's invitation is valid.",
        "verify_email": "How people prove that an e-mail address is theirs.",
        "verify_phone": "Verify phone numbers by SMS; creates an IAM role. Final once it is on.",
    },
    "Messages ({app} stands for the app's address)": {
        "ses_identity": "The identity in Amazon SES that e-mails come from; Cognito's own mail "
        "sends 50 a day.",
        "email_from": "Sender: an address, or a name and <address>.",
        "email_reply_to": "Where replies go.",
        "email_configuration_set": "A configuration set of SES.",
        "email_subject": "Your own subject of the e-mail that verifies an address.",
        "email_message": "Its text: with {####} for the code, or with {##Confirm my address##} "
        "for the link.",
        "invitation_subject": "Your own subject of an invitation.",
        "invitation_message": "Its text, with {username} and {####} for the password.",
        "invitation_sms": "An invitation by SMS, likewise.",
        "code_subject": "Your own subject of e-mails with a code to sign in.",
        "code_message": "Their text, with {####} for the code.",
        "code_sms": "An SMS with such a code.",
        "sms_message": "The SMS that verifies a phone number, with {####}.",
    },
    "The app": {
        "callback_urls": "Exact URL to return to after sign-in; repeatable.",
        "logout_urls": "Exact URL to return to after sign-out; repeatable.",
        "public": "An app client without a secret.",
        "scopes": "Scope that the app may request; repeatable.",
        "api_scopes": "A scope to make, as orders/read or https://api.example.com/read='Read all'; "
        "repeatable.",
        "read_attributes": "An attribute that the app may read besides the usual; repeatable.",
        "write_attributes": "An attribute that people may change through the app; repeatable.",
        "sign_in_pages": "Cognito's login pages, or your app's, which call Cognito's API.",
    },
    "Tokens": {
        "access_minutes": "Lifetime of an access token, 5 to 1440.",
        "id_minutes": "Lifetime of an ID token, 5 to 1440.",
        "refresh_days": "Lifetime of a refresh token, 1 to 3650.",
        "rotation": "Allow a refresh token to be used many times.",
        "grace_seconds": "How long a rotated refresh token stays valid, 0 to 60.",
        "token_revocation": "Keep refresh tokens valid after sign-out.",
        "prevent_user_existence_errors": "Let errors reveal who has an account.",
    },
    "Login pages": {
        "login": "Managed login, or the classic hosted UI.",
        "domain_prefix": "PREFIX.auth.REGION.amazoncognito.com; generated if not given.",
        "custom_domain": "Your own host instead, such as auth.example.com.",
        "certificate_arn": "Certificate of the custom domain, in us-east-1.",
        "tls": "The oldest version of TLS that the custom domain accepts.",
        "hosted_zone_id": "Route 53 zone in which to create the custom domain's records.",
        "parent_record": "Also create the record that Cognito requires for the parent domain.",
    },
    "Sessions on a server": {
        "sessions_table": "A table of DynamoDB, for COGNITO_GATE_STORE.",
    },
    "Functions of yours": {
        "triggers": "A Lambda function to call: pre-sign-up, post-confirmation, "
        "pre-authentication, post-authentication, pre-token, custom-message or user-migration; "
        "repeatable.",
        "pre_token_version": "Version of the pre-token event, 1 to 3; lite has 1 only.",
    },
    "The pool itself": {
        "tier": "Cognito's feature plan.",
        "threat_protection": "Of the plan plus: write down risks, or act on them.  "
        "[auto: audit with plus]",
        "notification_log": "Log group for messages that could not be sent.",
        "sign_in_log": "Log group, bucket or stream for what threat protection finds.",
        "tags": "A tag of the pool; repeatable.",
        "deletion_protection": "Allow the pool to be deleted.",
        "retain": "Delete the pool and all its users with the stack.",
        "issuer": "Issuer of the tokens; an ALB does not accept the updated one.",
    },
}
"""Each section of the help, its options in order, and what it says of them."""
