"""AWS services other than DynamoDB and S3, one module per service or resource."""
