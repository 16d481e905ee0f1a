# The options of `cognito-gate pool template`, by the same names and with the same defaults.
# Final: sign_in, required and attributes cannot change once the pool is made.

variable "name" {
  type    = string
  default = "cognito-gate"
}

variable "sign_in" {
  description = "What people sign in with: email, username or both."
  type        = string
  default     = "email"
  validation {
    condition     = contains(["email", "username", "both"], var.sign_in)
    error_message = "Takes email, username or both."
  }
}

variable "required" {
  description = "Attributes that everybody gives at sign-up, by Cognito's names."
  type        = list(string)
  default     = ["email"]
}

variable "attributes" {
  description = "Custom attributes and their types: String, Number, Boolean or DateTime."
  type        = map(string)
  default     = {}
}

variable "self_sign_up" {
  type    = bool
  default = false
}

variable "groups" {
  type    = set(string)
  default = []
}

variable "passwordless" {
  description = "What may take the place of a password: EMAIL_OTP, WEB_AUTHN (passkeys)."
  type        = list(string)
  default     = []
}

variable "passkey_domain" {
  description = "Whom passkeys are for, with sign-in pages of your own; the app's host if null."
  type        = string
  default     = null
}

variable "passkey_verification" {
  type    = string
  default = "preferred"
}

variable "mfa" {
  description = "Codes of an authenticator app: OFF, OPTIONAL or ON."
  type        = string
  default     = "OPTIONAL"
}

variable "password_length" {
  type    = number
  default = 12
}

variable "ses_identity" {
  description = "ARN of the identity in Amazon SES that sends e-mails; Cognito's own mail sends 50 a day."
  type        = string
  default     = null
}

variable "email_from" {
  type    = string
  default = null
}

variable "email_reply_to" {
  type    = string
  default = null
}

variable "email_configuration_set" {
  type    = string
  default = null
}

variable "email_subject" {
  type    = string
  default = null
}

variable "email_message" {
  description = "The text that verifies an address, with {####} for the code."
  type        = string
  default     = null
}

variable "invitation" {
  description = "An invitation of your own; texts have {username} and {####} for the password."
  type        = object({ subject = string, message = string, sms = string })
  default     = null
}

variable "public" {
  type    = bool
  default = false
}

variable "callback_urls" {
  type    = list(string)
  default = ["http://localhost:8000/auth/callback"]
}

variable "logout_urls" {
  type    = list(string)
  default = ["http://localhost:8000/auth/signed-out"]
}

variable "scopes" {
  type    = list(string)
  default = ["openid", "email", "profile"]
}

variable "api_scopes" {
  description = "Resource servers, each with its scopes and what they are for."
  type        = map(map(string))
  default     = {}
}

variable "read_attributes" {
  type    = list(string)
  default = []
}

variable "write_attributes" {
  type    = list(string)
  default = []
}

variable "identity_providers" {
  description = "By name. Take secrets from a data source: they stand in Terraform's state."
  type = map(object({
    type       = string
    details    = map(string)
    attributes = map(string)
  }))
  default = {}
}

variable "access_minutes" {
  type    = number
  default = 60
}

variable "id_minutes" {
  type    = number
  default = 60
}

variable "refresh_days" {
  type    = number
  default = 30
}

variable "rotation" {
  type    = bool
  default = true
}

variable "grace_seconds" {
  type    = number
  default = 30
}

variable "sign_in_pages" {
  description = "hosted for Cognito's login pages, custom for the gate's own."
  type        = string
  default     = "hosted"
}

variable "triggers" {
  description = "Functions that Cognito calls, such as post_confirmation, each by its ARN."
  type        = map(string)
  default     = {}
}

variable "login" {
  description = "managed for managed login, classic for the hosted UI."
  type        = string
  default     = "managed"
}

variable "domain_prefix" {
  description = "PREFIX.auth.REGION.amazoncognito.com, unique in its Region."
  type        = string
  default     = null
}

variable "custom_domain" {
  type    = string
  default = null
}

variable "certificate_arn" {
  description = "Of the custom domain, in us-east-1."
  type        = string
  default     = null
}

variable "hosted_zone_id" {
  type    = string
  default = null
}

variable "tier" {
  description = "LITE (which needs login = classic and rotation = false), ESSENTIALS or PLUS."
  type        = string
  default     = "ESSENTIALS"
  validation {
    condition     = var.tier != "LITE" || (var.login == "classic" && !var.rotation)
    error_message = "LITE has neither managed login nor rotation of refresh tokens."
  }
}

variable "threat_protection" {
  description = "Of the plan PLUS: AUDIT, ENFORCED or OFF."
  type        = string
  default     = "AUDIT"
}

variable "tags" {
  type    = map(string)
  default = {}
}

variable "deletion_protection" {
  type    = bool
  default = true
}

variable "sessions_table" {
  description = "A table of DynamoDB, for COGNITO_GATE_STORE."
  type        = bool
  default     = false
}
