# The app client, its attributes and its login domain.

locals {
  mapped   = flatten([for provider in values(var.identity_providers) : keys(provider.attributes)])
  profile  = contains(var.scopes, "profile") ? ["name", "given_name", "family_name", "preferred_username"] : []
  phone    = contains(concat(var.required, var.scopes), "phone_number") || contains(var.scopes, "phone")
  readable = distinct(concat(
    ["email", "email_verified"],
    local.phone ? ["phone_number", "phone_number_verified"] : [],
    local.profile,
    contains(var.required, "name") ? ["name"] : [],
    [for name in keys(var.attributes) : "custom:${name}"],
    local.mapped,
    var.read_attributes,
  ))
  # Of oneself, nobody can say that an address is verified; providers may.
  writable = distinct(concat(
    ["email"],
    contains(var.required, "phone_number") ? ["phone_number"] : [],
    contains(var.scopes, "profile") || contains(var.required, "name") ? ["name"] : [],
    [for name in local.mapped : name if !endswith(name, "_verified")],
    var.write_attributes,
  ))
  # Lite has no rotation, and so no block that turns it on or off.
  rotations = var.tier == "LITE" ? [] : [var.rotation]
}

resource "aws_cognito_user_pool_client" "client" {
  name            = var.name
  user_pool_id    = aws_cognito_user_pool.pool.id
  generate_secret = !var.public

  allowed_oauth_flows_user_pool_client = true
  allowed_oauth_flows                  = ["code"]
  allowed_oauth_scopes                 = var.scopes
  supported_identity_providers         = concat(["COGNITO"], keys(var.identity_providers))
  callback_urls                        = var.callback_urls
  logout_urls                          = var.logout_urls

  explicit_auth_flows = concat(
    length(var.passwordless) > 0 ? ["ALLOW_USER_AUTH"] : [],
    ["ALLOW_USER_SRP_AUTH"],
    var.sign_in_pages == "custom" || contains(keys(var.triggers), "user_migration") ? ["ALLOW_USER_PASSWORD_AUTH"] : [],
    var.rotation ? [] : ["ALLOW_REFRESH_TOKEN_AUTH"],
  )
  auth_session_validity                         = var.sign_in_pages == "custom" ? 15 : null
  enable_propagate_additional_user_context_data = var.sign_in_pages == "custom" && !var.public ? true : null

  prevent_user_existence_errors = "ENABLED"
  enable_token_revocation       = true

  dynamic "refresh_token_rotation" {
    for_each = local.rotations
    content {
      feature                    = refresh_token_rotation.value ? "ENABLED" : "DISABLED"
      retry_grace_period_seconds = refresh_token_rotation.value ? var.grace_seconds : null
    }
  }

  access_token_validity  = var.access_minutes
  id_token_validity      = var.id_minutes
  refresh_token_validity = var.refresh_days
  token_validity_units {
    access_token  = "minutes"
    id_token      = "minutes"
    refresh_token = "days"
  }

  read_attributes  = local.readable
  write_attributes = local.writable

  depends_on = [aws_cognito_identity_provider.provider, aws_cognito_resource_server.api]
}

resource "aws_cognito_user_pool_domain" "login" {
  user_pool_id          = aws_cognito_user_pool.pool.id
  domain                = var.custom_domain == null ? var.domain_prefix : var.custom_domain
  certificate_arn       = var.certificate_arn
  managed_login_version = var.login == "managed" ? 2 : 1
}

# Managed login shows no page at all to a client without a style.
resource "aws_cognito_managed_login_branding" "style" {
  count                       = var.login == "managed" ? 1 : 0
  user_pool_id                = aws_cognito_user_pool.pool.id
  client_id                   = aws_cognito_user_pool_client.client.id
  use_cognito_provided_values = true
  depends_on                  = [aws_cognito_user_pool_domain.login]
}

resource "aws_route53_record" "login" {
  for_each = toset(var.hosted_zone_id == null ? [] : ["A", "AAAA"])
  zone_id  = var.hosted_zone_id
  name     = var.custom_domain
  type     = each.key

  alias {
    name                   = aws_cognito_user_pool_domain.login.cloudfront_distribution
    zone_id                = "Z2FDTNDATAQYW2"
    evaluate_target_health = false
  }
}
