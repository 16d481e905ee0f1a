# `cognito-gate pool env --user-pool-id ... --client-id ...` asks Cognito for all the rest.

output "user_pool_id" {
  value = aws_cognito_user_pool.pool.id
}

output "user_pool_arn" {
  value = aws_cognito_user_pool.pool.arn
}

output "client_id" {
  value = aws_cognito_user_pool_client.client.id
}

output "domain" {
  description = "The login domain: the custom one, or the prefix."
  value       = aws_cognito_user_pool_domain.login.domain
}

output "sign_in_pages" {
  value = var.sign_in_pages
}

output "sessions_table" {
  description = "For COGNITO_GATE_STORE=dynamodb://NAME?region=REGION; null where there is none."
  value       = var.sessions_table ? local.sessions_table : null
}
