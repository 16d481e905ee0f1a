# What processes of the app share (COGNITO_GATE_STORE), encrypted by the app already.

locals {
  sessions_table = "${var.name}-sessions"
}

resource "aws_dynamodb_table" "sessions" {
  count        = var.sessions_table ? 1 : 0
  name         = local.sessions_table
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = "pk"
  range_key    = "sk"

  attribute {
    name = "pk"
    type = "S"
  }

  attribute {
    name = "sk"
    type = "S"
  }

  # Everything in it has an end. What has ended does not count, even before it is deleted.
  ttl {
    attribute_name = "ttl"
    enabled        = true
  }

  server_side_encryption {
    enabled = true
  }
}
