"""Everything that is kept in DynamoDB and S3, one module per kind of data. Nothing above this package knows a key."""
