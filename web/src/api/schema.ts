// Made from docs/openapi.yaml by tools/types.mjs; the description is held to the gateway's routes.
export type Error = {
  error: {
    message: string;
    type: string;
    code?: string;
    details?: ({
      field: string;
      message: string;
    })[];
  };
};
export type Success = {
  success: true;
};
export type Status = {
  status: string;
};
export type Time = string | null;
export type Moment = string;
export type Usd = number | null;
export type Count = number;
export type SetUp = {
  token: string;
  password: string;
};
export type Login = {
  password: string;
};
export type PasswordChange = {
  currentPassword: string;
  newPassword: string;
};
export type AuthStatus = {
  authenticated: boolean;
  setupRequired: boolean;
};
export type Session = {
  id: string;
  address: string;
  browser: string;
  createdAt: Moment;
  expiresAt: Moment;
  lastSeenAt: Time;
  current: boolean;
};
export type Sessions = {
  count: Count;
  sessions: Session[];
};
export type EndedSessions = {
  ended: Count;
};
export type AuditRow = {
  id: number;
  time: Moment;
  actor: string;
  address: string | null;
  requestId: string | null;
  action: string;
  target: string;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};
export type AuditPage = {
  items: AuditRow[];
  next: number | null;
};
export type ConnectionDraft = {
  provider?: string;
  name?: string;
  authType?: "apikey" | "none";
  priority?: number;
  isActive?: boolean;
  apiKey?: string;
  proxy?: string;
  defaultModel?: string;
};
export type Connection = {
  id: string;
  provider: string;
  providerName: string;
  authType: "apikey" | "oauth" | "none";
  name: string;
  priority: number;
  isActive: boolean;
  apiKeyHint: string | null;
  proxy?: string | null;
  defaultModel?: string | null;
  testStatus: string;
  lastError?: string | null;
  lastErrorAt?: Time;
  unavailableSince?: Time;
  unavailableForMs?: number | null;
  createdAt: Time;
  updatedAt: Time;
};
export type Connections = {
  connections: Connection[];
};
export type Diagnosis = {
  id: string;
  valid: boolean;
  type: string;
  source: string;
  message: string;
  status: number | null;
  latency: number;
  model?: string | null;
};
export type NodeDraft = {
  prefix?: string;
  name?: string;
  type?: "openai" | "responses" | "anthropic" | "gemini";
  baseUrl?: string;
  caFile?: string;
  apiKey?: string;
  authType?: "apikey" | "none";
  proxy?: string;
};
export type Node = {
  id: string;
  prefix: string;
  name: string;
  type: "openai" | "responses" | "anthropic" | "gemini";
  format: string;
  baseUrl: string;
  caFile: string | null;
  connection?: Connection;
  createdAt: Time;
  updatedAt: Time;
};
export type Nodes = {
  nodes: Node[];
};
export type KeyDraft = {
  name?: string;
  scopes?: ("inference" | "read" | "admin")[];
  isActive?: boolean;
  expiresAt?: Time;
  allowedModels?: string[];
  requestsPerMinute?: Count;
  tokensPerMinute?: Count;
  logBodies?: boolean;
  logErrorsOnly?: boolean;
  dailyBudgetUsd?: number | string | null;
  monthlyBudgetUsd?: number | string | null;
};
export type Rotation = {
  graceSeconds?: number;
};
export type Key = {
  id: string;
  name: string;
  hint: string;
  scopes: ("inference" | "read" | "admin")[];
  isActive: boolean;
  createdAt: Time;
  expiresAt: Time;
  allowedModels: string[];
  requestsPerMinute: Count;
  tokensPerMinute: Count;
  logBodies?: boolean;
  logErrorsOnly?: boolean;
  dailyBudgetUsd: Usd;
  monthlyBudgetUsd: Usd;
  dailyTotal: number;
  monthlyTotal: number;
  dailyUnpriced: number;
  monthlyUnpriced: number;
  previousTextUntil: Time;
};
export type NewKey = Key & {
  key: string;
};
export type Keys = {
  keys: Key[];
};
export type SettingChanges = Record<string, unknown>;
export type Setting = {
  key: string;
  source: "default" | "stored" | "environment";
  kind: string;
  environment: string;
  help: string;
  least?: number;
  most?: number;
  choices?: string;
};
export type Settings = {
  settings: Setting[];
};
export type IpBan = {
  ip: string;
  until: Time;
  remainingMs: number;
  reason: string;
};
export type IpFilter = {
  enabled: boolean;
  mode: "off" | "blacklist" | "whitelist" | "whitelist-priority";
  blacklist: string[];
  whitelist: string[];
  tempBans: IpBan[];
};
export type IpFilterChange = {
  enabled?: boolean;
  mode?: "off" | "blacklist" | "whitelist" | "whitelist-priority";
  blacklist?: string[];
  whitelist?: string[];
  addBlacklist?: string;
  removeBlacklist?: string;
  addWhitelist?: string;
  removeWhitelist?: string;
  tempBan?: {
    ip: string;
    durationMs?: number;
    reason?: string;
  };
  removeBan?: string;
};
export type Health = {
  status: string;
  version: string;
  uptime: number;
  system?: Record<string, unknown>;
  store?: Record<string, unknown>;
  configuration?: Record<string, unknown>;
  setupComplete?: boolean;
};
export type UsageTotals = {
  requests: Count;
  errors: Count;
  inputTokens: Count;
  outputTokens: Count;
  cacheReadTokens: Count;
  cacheWriteTokens: Count;
  reasoningTokens: Count;
  costUsd: number;
  unpricedRequests: Count;
};
export type UsageGroup = UsageTotals & {
  id: string;
  name: string;
  provider?: string;
  lastUsed: Time;
};
export type UsageHistory = {
  totals: UsageTotals;
  byProvider: UsageGroup[];
  byModel: UsageGroup[];
  byAccount: UsageGroup[];
  byApiKey: UsageGroup[];
  last10Minutes: UsageTotals[];
  activeRequests: Count;
};
export type UsageRow = {
  requestId: string;
  time: Time;
  endpoint: string;
  format: string;
  model: string;
  provider: string | null;
  upstreamModel?: string | null;
  connection?: string | null;
  key?: string | null;
  providerName?: string | null;
  connectionName?: string | null;
  keyName?: string | null;
  status: number;
  streamed: boolean;
  inputTokens: number | null;
  outputTokens: number | null;
  estimated: boolean;
  costUsd: Usd;
  costNanoUsd: number | null;
  priceVersion: string | null;
  latencyMs: number;
  firstTokenMs?: number | null;
  overheadUs?: number | null;
  attempts: number;
  error?: string | null;
  errorMessage?: string | null;
};
export type Message = {
  headers: ({
    name: string;
    value: string;
  })[];
  body: string;
  bytes: number;
  truncated: boolean;
  path?: string;
  url?: string;
  status?: number;
};
export type Bodies = {
  requestId: string;
  time: Time;
  received: Message;
  attempts: ({
    provider: string;
    model: string;
    connection: string;
    connectionName?: string | null;
    sent: Message;
    answered: Message | null;
  })[];
  returned: Message;
};
export type UsagePage = {
  logs: UsageRow[];
  next: number | null;
};
export type Overview = {
  serverNow: Time;
  day: UsageHistory;
  recent: UsageRow[];
  connections: Connection[];
  keys: Count;
  model: string | null;
};
export type Version = {
  version: string;
  web: "full" | "prebuilt" | "none";
};
export type AnalyticsTotals = {
  requests: Count;
  errors: Count;
  promptTokens: Count;
  completionTokens: Count;
  totalTokens: Count;
  cost: number;
  unpricedRequests: Count;
  averageLatencyMs: number | null;
};
export type AnalyticsGroup = AnalyticsTotals & {
  id: string;
  label: string;
  provider?: string;
  pct: number;
};
export type AnalyticsDay = AnalyticsTotals & {
  date: string;
  model?: string;
};
export type LocalServers = {
  servers: LocalServer[];
};
export type LocalServer = {
  name: string;
  prefix: string;
  baseUrl: string;
  models: string[];
  connected: boolean;
};
export type SeriesTotals = {
  requests: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  costUsd: Usd;
  unpricedRequests: number;
  meanLatencyMs: number | null;
};
export type SeriesOfOne = {
  id: string;
  label: string;
  provider: string | null;
  providerName: string | null;
  totals: SeriesTotals;
  points: SeriesTotals[];
};
export type UsageSeries = {
  range: string;
  split: string;
  bucketMs: number;
  serverNow: Moment;
  starts: Moment[];
  totals: SeriesTotals;
  previous: SeriesTotals;
  series: SeriesOfOne[];
  others: SeriesTotals[];
  rest: SeriesTotals;
};
export type Percentiles = {
  count: number;
  p50: number | null;
  p95: number | null;
  p99: number | null;
};
export type LatencyOfProvider = {
  id: string | null;
  label: string | null;
  requests: number;
  errors: number;
  totalMs: Percentiles;
  firstTokenMs: Percentiles;
  overheadUs: Percentiles;
};
export type Latency = {
  windowMs: number;
  serverNow: Moment;
  complete: boolean;
  requests: number;
  errors: number;
  totalMs: Percentiles;
  firstTokenMs: Percentiles;
  overheadUs: Percentiles;
  ownUs: Percentiles;
  sinceStart: {
    totalUs: Percentiles;
    firstTokenUs: Percentiles;
    overheadUs: Percentiles;
  };
  byProvider: LatencyOfProvider[];
};
export type Analytics = {
  summary: AnalyticsTotals;
  dailyTrend: AnalyticsDay[];
  dailyByModel: AnalyticsDay[];
  byProvider: AnalyticsGroup[];
  byModel: AnalyticsGroup[];
  byAccount: AnalyticsGroup[];
  byApiKey: AnalyticsGroup[];
  activityMap: Record<string, unknown>;
  weeklyPattern: number[];
  range: string;
  offsetMinutes: number;
  serverNow: Time;
};
export type BudgetDraft = {
  apiKeyId?: string;
  provider?: string;
  dailyLimitUsd?: number | string | null;
  monthlyLimitUsd?: number | string | null;
};
export type Budget = {
  apiKeyId: string | null;
  provider: string | null;
  name?: string;
  dailyLimitUsd: Usd;
  monthlyLimitUsd: Usd;
  dailyTotal: number;
  monthlyTotal: number;
  dailyUnpriced: number;
  monthlyUnpriced: number;
  reserved: number;
  warning: boolean;
  exhausted: boolean;
};
export type Budgets = {
  global: Budget;
  providers: Budget[];
  keys: Budget[];
  warningThreshold: number;
  dayBegan: Moment;
  monthBegan: Moment;
};
export type PriceDraft = {
  provider: string;
  model: string;
  input: number;
  output: number;
  cached?: number;
  cacheCreation?: number;
  reasoning?: number;
};
export type Prices = {
  asOf: string;
  unit?: string;
  prices: Record<string, unknown>;
};
export type PriceHistory = {
  items: ({
    version: string;
    provider: string;
    model: string;
    price: Record<string, unknown> | null;
    setAt: Time;
  })[];
};
export type Catalog = {
  providers: ({
    id: string;
    models: Record<string, unknown>[];
  })[];
};
export type ConfigFile = {
  yaml: string;
  prune?: boolean;
  dryRun?: boolean;
  references?: Record<string, unknown>;
};
export type ConfigChanges = {
  applied: boolean;
  changes: ({
    action: "create" | "update" | "remove";
    kind: string;
    name: string;
    fields: string[];
  })[];
  newKeys: Record<string, unknown>[];
};
export type Backup = {
  id: string;
  filename: string;
  createdAt: Time;
  size: Count;
  reason: string;
  created?: boolean;
};
export type Backups = {
  backups: Backup[];
};
export type StateExport = {
  passphrase: string;
};
export type StateImport = {
  passphrase: string;
  data: string;
  dryRun?: boolean;
};
export type Import = {
  from: "omniroute" | "9router";
  data?: string;
  document?: Record<string, unknown>;
  encryptionKey?: string;
  dryRun?: boolean;
};
export type ImportNote = {
  kind: string;
  name: string;
  code: string | null;
  reason: string;
};
export type ImportStep = {
  action: string;
  kind: string;
  name: string;
  fields: string[];
};
export type ImportReport = {
  applied: boolean;
  changes: ImportStep[];
  notCarried: ImportNote[];
  notes: ImportNote[];
  newKeys: ({
    name: string;
    key: string;
  })[];
};
export type CliFileNow = {
  path: string;
  there: boolean;
  target: string | null;
  notWritable: string | null;
};
export type CliSlot = {
  id: string;
  required: boolean;
  model: string | null;
};
export type CliSnippet = {
  file: string | null;
  language: string;
  text: string;
};
export type CliKey = {
  id: string;
  name: string;
  hint: string;
};
export type CliUndo = {
  at: Moment;
  action: string;
  changedSince: boolean;
};
export type CliTool = {
  id: string;
  name: string;
  command: string | null;
  commandPath: string | null;
  version: string | null;
  versionReason: string | null;
  files: CliFileNow[];
  found: boolean;
  state: "not_set" | "ours" | "changed" | "other" | "unreadable" | "hidden" | "by_hand";
  reason: string | null;
  pointsTo: string | null;
  slots: CliSlot[];
  keyHint: string | null;
  undo: null | CliUndo;
  notes: string[];
  snippets: CliSnippet[];
  key: null | CliKey;
};
export type CliTools = {
  defaultUrl: string;
  hidden: string | null;
  mayWrite: boolean;
  tools: CliTool[];
};
export type CliWish = {
  url?: string;
  apiKey?: string;
  createKey?: boolean;
  models?: Record<string, unknown>;
  fingerprint?: string;
};
export type CliFileThen = {
  path: string;
  action: "create" | "change" | "none";
  diff: string;
  target: string | null;
};
export type CliPreview = {
  tool: string;
  name: string;
  url: string;
  fingerprint: string;
  files: CliFileThen[];
  cannotWrite: string | null;
};
export type CliFileDone = {
  path: string;
  action: string;
};
export type CliApplied = {
  tool: string;
  applied: boolean;
  backup: string | null;
  files: CliFileDone[];
  key: null | CliKey;
  keyMade: boolean;
};
export type CliUndone = {
  tool: string;
  undone: boolean;
  keyId: string | null;
  files: CliFileDone[];
};
export type CliCleared = {
  tool: string;
  cleared: boolean;
  backup: string | null;
  files: CliFileDone[];
};
export type CliBackup = {
  id: string;
  at: Moment;
  action: string;
  undone: boolean;
  files: ({
    path: string;
    there: boolean;
  })[];
};
export type CliBackups = {
  backups: CliBackup[];
};
export type Restore = {
  backupId: string;
  dryRun?: boolean;
};
export type BackupContent = {
  schema: number;
  connectionCount: Count;
  nodeCount: Count;
  keyCount: Count;
  ok?: boolean;
  restored?: boolean;
};
export type EgressEntry = {
  id: Count;
  time: Time;
  host: string;
  port: number;
  tls: boolean;
  address: string | null;
  type: "direct" | "http" | "https" | "socks5";
  proxy: string | null;
  provider: string | null;
  providerName: string | null;
  verdict: "allowed" | "refused";
  state: "refused" | "failed" | "open" | "closed";
  reason: string | null;
  connectMs: Count;
  lastedMs: number | null;
  sentBytes: number | null;
  receivedBytes: number | null;
};
export type EgressLog = {
  entries: EgressEntry[];
  sinceStart: {
    tries: Count;
    refused: Count;
    failed: Count;
  };
};
export type Spread = {
  count: Count;
  p50: number | null;
  p95: number | null;
  p99: number | null;
};
export type Telemetry = {
  count: Count;
  p50: number | null;
  p95: number | null;
  p99: number | null;
  windowMs: number;
  phaseBreakdown: {
    total: Spread;
    firstToken: Spread;
  };
  serverNow: Time;
};
export type ConsoleLine = {
  id: Count;
  time: Time;
  level: "trace" | "debug" | "info" | "warn" | "error";
  message: string;
};
export type ConsoleLog = {
  lines: ConsoleLine[];
  level: "trace" | "debug" | "info" | "warn" | "error" | "off";
  startedAt: Time;
};
export type ModelList = {
  data: ({
    id: string;
  })[];
};
