# The user pool of `cognito-gate pool template`; the reasons are in that template's comments.

locals {
  app_host = split(":", split("/", var.callback_urls[0])[2])[0]
  # Null is the login domain, for Cognito's own pages.
  passkey_domain = var.passkey_domain == null && var.sign_in_pages == "custom" ? local.app_host : var.passkey_domain
}

resource "aws_cognito_user_pool" "pool" {
  name                = var.name
  user_pool_tier      = var.tier
  deletion_protection = var.deletion_protection ? "ACTIVE" : "INACTIVE"
  tags                = var.tags

  username_attributes      = var.sign_in == "email" ? ["email"] : null
  alias_attributes         = var.sign_in == "both" ? ["email"] : null
  auto_verified_attributes = ["email"]
  mfa_configuration        = var.mfa

  username_configuration {
    case_sensitive = false
  }

  dynamic "schema" {
    for_each = var.required
    content {
      name                = schema.value
      attribute_data_type = "String"
      required            = true
      mutable             = true
      # What AWS answers: without it, each plan would see a change, and a new pool.
      string_attribute_constraints {
        min_length = "0"
        max_length = "2048"
      }
    }
  }

  dynamic "schema" {
    for_each = var.attributes
    content {
      name                = schema.key
      attribute_data_type = schema.value
      mutable             = true
      dynamic "string_attribute_constraints" {
        for_each = schema.value == "String" ? ["text"] : []
        content {
          min_length = "0"
          max_length = "2048"
        }
      }
    }
  }

  # Whoever changes an address keeps the old one until the new one is verified.
  user_attribute_update_settings {
    attributes_require_verification_before_update = ["email"]
  }

  verification_message_template {
    default_email_option = "CONFIRM_WITH_CODE"
    email_subject        = var.email_subject
    email_message        = var.email_message
  }

  dynamic "email_configuration" {
    for_each = var.ses_identity == null ? [] : [var.ses_identity]
    content {
      email_sending_account  = "DEVELOPER"
      source_arn             = email_configuration.value
      from_email_address     = var.email_from
      reply_to_email_address = var.email_reply_to
      configuration_set      = var.email_configuration_set
    }
  }

  account_recovery_setting {
    recovery_mechanism {
      name     = "verified_email"
      priority = 1
    }
  }

  admin_create_user_config {
    allow_admin_create_user_only = !var.self_sign_up
    dynamic "invite_message_template" {
      for_each = var.invitation == null ? [] : [var.invitation]
      content {
        email_subject = invite_message_template.value.subject
        email_message = invite_message_template.value.message
        sms_message   = invite_message_template.value.sms
      }
    }
  }

  password_policy {
    minimum_length                   = var.password_length
    require_uppercase                = true
    require_lowercase                = true
    require_numbers                  = true
    require_symbols                  = true
    temporary_password_validity_days = 7
  }

  dynamic "sign_in_policy" {
    for_each = length(var.passwordless) > 0 ? [var.passwordless] : []
    content {
      allowed_first_auth_factors = concat(["PASSWORD"], sign_in_policy.value)
    }
  }

  dynamic "web_authn_configuration" {
    for_each = contains(var.passwordless, "WEB_AUTHN") ? [var.passkey_verification] : []
    content {
      relying_party_id  = local.passkey_domain
      user_verification = web_authn_configuration.value
    }
  }

  dynamic "software_token_mfa_configuration" {
    for_each = var.mfa == "OFF" ? [] : [true]
    content {
      enabled = software_token_mfa_configuration.value
    }
  }

  dynamic "user_pool_add_ons" {
    for_each = var.tier == "PLUS" ? [var.threat_protection] : []
    content {
      advanced_security_mode = user_pool_add_ons.value
    }
  }

  dynamic "lambda_config" {
    for_each = length(var.triggers) > 0 ? [var.triggers] : []
    content {
      pre_sign_up         = lookup(lambda_config.value, "pre_sign_up", null)
      post_confirmation   = lookup(lambda_config.value, "post_confirmation", null)
      pre_authentication  = lookup(lambda_config.value, "pre_authentication", null)
      post_authentication = lookup(lambda_config.value, "post_authentication", null)
      custom_message      = lookup(lambda_config.value, "custom_message", null)
      user_migration      = lookup(lambda_config.value, "user_migration", null)
      dynamic "pre_token_generation_config" {
        for_each = contains(keys(lambda_config.value), "pre_token") ? [lambda_config.value] : []
        content {
          lambda_arn     = pre_token_generation_config.value["pre_token"]
          lambda_version = "V2_0"
        }
      }
    }
  }
}

resource "aws_lambda_permission" "trigger" {
  for_each       = var.triggers
  action        = "lambda:InvokeFunction"
  function_name = each.value
  principal     = "cognito-idp.amazonaws.com"
  source_arn    = aws_cognito_user_pool.pool.arn
}

resource "aws_cognito_user_group" "group" {
  for_each     = var.groups
  name         = each.key
  user_pool_id = aws_cognito_user_pool.pool.id
}

resource "aws_cognito_resource_server" "api" {
  for_each     = var.api_scopes
  identifier   = each.key
  name         = each.key
  user_pool_id = aws_cognito_user_pool.pool.id

  dynamic "scope" {
    for_each = each.value
    content {
      scope_name        = scope.key
      scope_description = scope.value
    }
  }
}

resource "aws_cognito_identity_provider" "provider" {
  for_each          = var.identity_providers
  provider_name     = each.key
  provider_type     = each.value.type
  provider_details  = each.value.details
  attribute_mapping = each.value.attributes
  user_pool_id      = aws_cognito_user_pool.pool.id
}

resource "aws_cognito_risk_configuration" "risks" {
  count        = var.tier == "PLUS" && var.threat_protection == "ENFORCED" ? 1 : 0
  user_pool_id = aws_cognito_user_pool.pool.id

  compromised_credentials_risk_configuration {
    actions {
      event_action = "BLOCK"
    }
  }

  account_takeover_risk_configuration {
    actions {
      dynamic "medium_action" {
        for_each = var.mfa == "OFF" ? [] : ["MFA_IF_CONFIGURED"]
        content {
          event_action = medium_action.value
          notify       = false
        }
      }
      high_action {
        event_action = "BLOCK"
        notify       = false
      }
    }
  }
}
