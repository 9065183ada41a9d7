// What the management API answers. Times are ISO 8601 in UTC; null means unknown.
// Those whose description in docs/openapi.yaml says all are made from it (tools/types.mjs).
export type { AuditPage, AuditRow, AuthStatus, Bodies, Budget, Budgets, ConsoleLine, ConsoleLog, EgressEntry, EgressLog, ImportNote, ImportReport, Latency, LocalServer, Message, Percentiles, SeriesOfOne, SeriesTotals, Session, UsageSeries } from "./schema";

export interface Connection {
  id: string;
  provider: string;
  providerName: string;
  authType: "apikey" | "oauth" | "none";
  name: string;
  priority: number;
  isActive: boolean;
  apiKeyHint: string | null;
  proxy: string | null;
  defaultModel: string | null;
  testStatus: "unknown" | "ok" | "error";
  lastError: string | null;
  lastErrorAt: string | null;
  createdAt: string | null;
  updatedAt: string | null;
}

export interface CatalogModel { id: string; name: string; context: number | null }

export type Tier = "local" | "subscription" | "apikey" | "cheap" | "free";

export interface CatalogProvider {
  id: string;
  alias: string;
  name: string;
  tier: Tier;
  auth: "none" | "apikey" | "oauth";
  permission: "official" | "documented" | "not_permitted";
  format: string;
  kinds: string[];
  usable: boolean;
  isNode: boolean;
  activeConnections: number;
  passthroughModels: boolean;
  models: CatalogModel[];
}

export interface TestResult {
  id: string;
  valid: boolean;
  type: string;
  source: "local" | "upstream";
  message: string;
  status: number | null;
  latency: number;
  model?: string | null;
}

export type NodeType = "openai" | "responses" | "anthropic" | "gemini";
export interface ProviderNode {
  id: string;
  prefix: string;
  name: string;
  type: NodeType;
  baseUrl: string;
  connection?: Connection;
}

export type Scope = "inference" | "read" | "admin";
export interface ApiKey {
  id: string;
  name: string;
  hint: string;
  scopes: Scope[];
  isActive: boolean;
  createdAt: string | null;
  expiresAt: string | null;
  allowedModels: string[];
  requestsPerMinute: number;
  tokensPerMinute: number;
  dailyBudgetUsd: number | null;
  monthlyBudgetUsd: number | null;
  dailyTotal: number;
  monthlyTotal: number;
  dailyUnpriced: number;
  monthlyUnpriced: number;
  logBodies: boolean;
  logErrorsOnly: boolean;
  previousTextUntil: string | null;
}
export interface NewApiKey extends ApiKey { key: string }

export type SettingKind = "milliseconds" | "bytes" | "boolean" | "list" | "secret_url" | "secret_text" | "choice" | "count" | "number" | "text";
export type SettingValue = string | number | boolean | string[] | null;
export interface Setting {
  key: string;
  value: SettingValue;
  default: SettingValue;
  source: string;
  kind: SettingKind;
  environment: string;
  help: string;
  least?: number;
  most?: number;
  choices?: string;
}

export interface Totals {
  requests: number;
  errors: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  reasoningTokens: number;
}
export interface Group extends Totals { id: string; name: string; provider?: string; lastUsed: string | null }
export interface History {
  totals: Totals;
  byProvider: Group[];
  byModel: Group[];
  byAccount: Group[];
  byApiKey: Group[];
  last10Minutes: (Totals & { start: string })[];
  activeRequests: number;
}

export interface RequestRow {
  requestId: string;
  time: string;
  endpoint: string;
  format: string;
  model: string;
  provider: string | null;
  upstreamModel: string | null;
  connection: string | null;
  key: string | null;
  providerName: string | null;
  connectionName: string | null;
  keyName: string | null;
  status: number;
  streamed: boolean;
  inputTokens: number | null;
  outputTokens: number | null;
  cacheReadTokens: number | null;
  cacheWriteTokens: number | null;
  reasoningTokens: number | null;
  estimated: boolean;
  costUsd: number | null;
  priceVersion: string | null;
  latencyMs: number;
  firstTokenMs: number | null;
  attempts: number;
  error: string | null;
  errorMessage: string | null;
  /** Fields of the request that the upstream's format has no place for. */
  dropped: string[];
}
export interface RequestPage { logs: RequestRow[]; next: number | null }

export interface Overview {
  serverNow: string;
  /** The last 24 hours. */
  day: History;
  recent: RequestRow[];
  connections: Connection[];
  keys: number;
  /** What to name first to a client. */
  model: string | null;
}

export interface Loss { field: string; how: "dropped" | "nearest"; why: string }
export interface Translated {
  success: boolean;
  step: string;
  what: string;
  sourceFormat: string;
  targetFormat: string;
  model: string;
  result: unknown;
  losses: Loss[];
}
export interface Detected { success: boolean; format: string | null; what: string | null }

export type Strategy = "fill-first" | "weighted" | "round-robin" | "p2c" | "random" | "least-used" | "cost-optimized";
/** What a combo or a target says for itself; what is absent comes from below. */
export interface ComboConfig {
  strategy?: Strategy | null;
  maxRetries?: number | null;
  retryDelayMs?: number | null;
  timeoutMs?: number | null;
  concurrencyPerModel?: number | null;
  queueTimeoutMs?: number | null;
  sessionAffinity?: boolean | null;
  contentFilterFallback?: boolean | null;
  maxInputPrice?: number | null;
  hedgeAfterMs?: number | null;
  hedgeShare?: number | null;
}
export interface ComboTarget { model: string; account?: string; weight?: number; config?: ComboConfig }
export interface Combo {
  id: string;
  name: string;
  models: (string | ComboTarget)[];
  strategy: Strategy;
  config: ComboConfig;
  isActive: boolean;
  createdAt: string | null;
  updatedAt: string | null;
}
export interface TargetMetrics { requests: number; successes: number; failures: number; avgLatencyMs: number; successRate: number; lastStatus: number | null; lastUsedAt: string | null }
export interface ComboMetrics {
  totalRequests: number;
  totalSuccesses: number;
  totalFailures: number;
  totalFallbacks: number;
  fallbackRate: number;
  avgLatencyMs: number;
  successRate: number;
  byModel: Record<string, TargetMetrics>;
}
export interface ComboTest {
  comboName: string;
  resolvedBy: string | null;
  results: { model: string; status: "ok" | "error"; statusCode: number; error: string | null; latencyMs: number }[];
}
export interface RoutedModel {
  id: string;
  provider: string;
  name: string;
  contextLength: number | null;
  inputPrice: number | null;
  outputPrice: number | null;
  images: boolean | null;
  tools: boolean | null;
  available: boolean;
}

export interface PlannedTarget { target: string; account: string; accountId?: string; provider?: string; model?: string; suspect?: boolean; conversation?: boolean; seen?: { inFlight: number; failures: number; firstTokenMs?: number; quotaUsed?: number } }
export interface RemovedTarget { target: string; account?: string; provider?: string; model?: string; filter: string; reason: string; seen?: number; bound?: number; retryInMs?: number }
export interface Attempt {
  target?: string;
  account?: string;
  outcome: string;
  skipped?: boolean;
  status?: number;
  startedMs: number;
  queuedMs: number;
  headMs?: number;
  firstContentMs?: number;
  totalMs: number;
  probe?: boolean;
  retry?: boolean;
  hedge?: boolean;
  rule?: string;
  next?: "same_account" | "next_account" | "next_target" | "give_up";
  cooldownMs?: number;
  scope?: "model" | "account";
  message?: string;
}
/** Where a request would go, or went, and why. */
export interface Decision {
  model: string;
  combo?: string;
  strategy: string;
  revision: number;
  time: string;
  plan: PlannedTarget[];
  removed: RemovedTarget[];
  attempts: Attempt[];
  affinity?: { key: string; outcome: "none" | "new" | "kept" | "left"; target?: string; cachedTokens?: number; costOfLeavingUsd?: number };
}

export interface Breaker { name: string; provider: string | null; state: "CLOSED" | "OPEN" | "HALF_OPEN"; failureCount: number; threshold: number; openings: number; retryInMs: number }
export interface Rest {
  connectionId: string;
  connection: string;
  provider: string | null;
  providerName: string | null;
  scope: "account" | "model";
  model: string | null;
  state: "ready" | "suspect" | "cooling" | "probing";
  reason: string;
  cause: string;
  source: "provider" | "formula";
  level: number;
  until: string | null;
  remainingMs: number;
}
export interface Health {
  status: string;
  version: string;
  uptime: number;
  timestamp: string;
  system: { version: string; pid: number; platform: string; workers: number; memoryBytes: number; startedAt: string };
  activeRequests: number;
  openConnections: number;
  store: { dataDir: string; commits: number; failedCommits: number; usageWritten: number; usageWaiting: number; usageLost: number };
  configuration: { revision: number; connections: number; nodes: number; keys: number };
  circuitBreakers: Breaker[];
  lockouts: Rest[];
}
export interface Limits { connectionId: string; provider: string; providerName: string; name: string; enabled: boolean; active: boolean; requestsPerMinute: number; minTimeBetweenRequests: number; concurrentRequests: number; queued: number; running: number }
export interface RateLimits { connections: Limits[]; overview: { running: number; queued: number } }

export interface QuotaWindow {
  displayName: string;
  unit: string;
  counted: number;
  total?: number;
  used?: number;
  remaining?: number;
  usedPercentage?: number;
  resetAt: string | null;
  spent: boolean;
  source: "none" | "counted" | "header" | "endpoint";
  ageMs: number;
  confidence: number;
}
export interface Quota { connectionId: string; connection: string; provider: string; providerName: string; plan: string | null; quotas: Record<string, QuotaWindow>; message: string | null }

export interface Price { input: number; output: number; cached: number; cacheCreation: number; reasoning: number; source: "catalog" | "own"; version: string; setAt?: string }
export interface Prices { asOf: string; unit: string; prices: Record<string, Record<string, Price>> }


/** A model that the owner added to a provider. */
export interface CustomModel { provider: string; modelId: string; modelName: string; source: "manual" | "imported"; contextLength?: number }

export interface BackupFile { id: string; filename: string; createdAt: string; size: number; reason: string }
export interface BackupContent { schema: number; connectionCount: number; nodeCount: number; keyCount: number }
/** A step that a configuration file would take. */
export interface FileChange { action: string; kind: string; name: string; fields: string[] }
