import type { Kind } from './kind.ts'

/** Who it is to a cloud, and where in it. */
export const cloud: readonly Kind[] = [
  {
    number: 57,
    id: 'cloud-identity',
    severity: 'block',
    title: 'identity in the cloud',
    harm: 'The task acts with the rights of another role or account.',
    seen: 'compared',
    remark: 'By the variables that name it; who that is in the end, only the cloud tells.',
    variables:
      /^(?:AWS_(?:ROLE_ARN|ROLE_SESSION_NAME|PROFILE|DEFAULT_PROFILE|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|WEB_IDENTITY_TOKEN_FILE|CONTAINER_CREDENTIALS_(?:RELATIVE|FULL)_URI|CONTAINER_AUTHORIZATION_TOKEN(?:_FILE)?|SHARED_CREDENTIALS_FILE|CONFIG_FILE)|GOOGLE_APPLICATION_CREDENTIALS|GOOGLE_IMPERSONATE_SERVICE_ACCOUNT|AZURE_(?:CLIENT_ID|CLIENT_SECRET|TENANT_ID|FEDERATED_TOKEN_FILE|CLIENT_CERTIFICATE_PATH))$/,
  },
  {
    number: 58,
    id: 'cloud-rights',
    severity: 'info',
    title: 'rights in the cloud',
    harm: 'The task is refused what the app may do, or may do more.',
    seen: 'elsewhere',
    remark: 'Only AWS’s own simulator tells them.',
  },
  {
    number: 59,
    id: 'cloud-place',
    severity: 'block',
    title: 'account and region',
    harm: 'The task works on the same names in another account or region.',
    seen: 'compared',
    variables:
      /^(?:AWS_(?:DEFAULT_)?REGION|AWS_ACCOUNT_ID|AWS_ENDPOINT_URL\w*|GOOGLE_CLOUD_PROJECT|GCLOUD_PROJECT|GCP_PROJECT|CLOUDSDK_CORE_PROJECT|GOOGLE_CLOUD_REGION|AZURE_SUBSCRIPTION_ID|AZURE_REGION|FLY_REGION|FLY_APP_NAME)$/,
  },
  {
    number: 60,
    id: 'credential-source',
    severity: 'info',
    title: 'source of credentials',
    harm: 'Credentials come from another place, and expire at another time.',
    seen: 'compared',
    remark: 'By variables; which source a client takes in the end, and when it expires, is in its memory.',
    variables:
      /^(?:AWS_EC2_METADATA_\w+|AWS_SDK_LOAD_CONFIG|AWS_METADATA_SERVICE_\w+|GCE_METADATA_HOST|MSI_ENDPOINT|IDENTITY_ENDPOINT)$/,
  },
  {
    number: 61,
    id: 'encryption-key',
    severity: 'info',
    title: 'key of the key service',
    harm: 'What the task encrypts, the app cannot read.',
    seen: 'compared',
    variables: /(?:^|_)KMS_KEY(?:_ID|_ARN|_ALIAS|_NAME)?$/,
  },
]
