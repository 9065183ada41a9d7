#pragma once
#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "omniroute/base/clock.hpp"
#include "omniroute/base/result.hpp"
#include "omniroute/base/task.hpp"
#include "omniroute/catalog/catalog.hpp"
#include "omniroute/config/environment.hpp"
#include "omniroute/config/publisher.hpp"
#include "omniroute/domain/account.hpp"
#include "omniroute/domain/api_key.hpp"
#include "omniroute/domain/money.hpp"
#include "omniroute/domain/node.hpp"
#include "omniroute/store/access_tables.hpp"
#include "omniroute/store/database.hpp"

namespace omniroute::config {

/// What to set on an account. Absent members keep their value, or get the default on creation.
struct AccountDraft {
  std::optional<std::string> provider;  ///< alias, id or node prefix; only on creation
  std::optional<std::string> name;      ///< up to 200 bytes; default "Account N"
  std::optional<domain::AuthType> auth_type;
  std::optional<int> priority;  ///< 1..100; the others of the provider make room
  std::optional<bool> active;
  std::optional<Secret> api_key;  ///< up to 10000 bytes, one line
  std::optional<Secret> proxy;    ///< http, https, socks5 or socks5h URL; empty takes it away
  std::optional<std::string> default_model;
  bool key_may_follow = false;  ///< on creation: without its key it waits until it gets one
};

struct NodeDraft {
  std::optional<std::string> prefix;  ///< [A-Za-z0-9_.-]{1,50}; neither a provider's id or alias nor another node's
  std::optional<std::string> name;
  std::optional<domain::Format> format;  ///< default openai-chat
  std::optional<std::string> base_url;
  std::optional<std::string> ca_file;
};

struct KeyDraft {
  std::optional<std::string> name;  ///< 1..200 bytes
  std::optional<domain::Scopes> scopes;
  std::optional<bool> active;
  std::optional<std::int64_t> expires_ms;                  ///< Unix milliseconds, in the future; 0 = never
  std::optional<std::vector<std::string>> allowed_models;  ///< at most 200 names or patterns; empty = all
  std::optional<std::int64_t> requests_per_minute;         ///< 0 = no limit, here and below
  std::optional<std::int64_t> tokens_per_minute;
  std::optional<std::int64_t> daily_budget_nano;
  std::optional<std::int64_t> monthly_budget_nano;
  std::optional<bool> log_bodies;
  std::optional<bool> log_errors_only;
  bool may_have_expired = false;
  std::optional<std::array<std::uint8_t, 32>> hash;  ///< only on creation: of a text that is known elsewhere, instead of a new one
};

/// Who makes a change, for the audit log.
struct Actor {
  std::string name = "gateway";  ///< "dashboard", "key <name>", "command line"; the program itself by default
  std::string peer;
  std::string request_id;
};

/// A node just made, and its first connection if one came with it.
struct NewNode {
  domain::Node node;
  std::optional<domain::Account> account;
};

/// A key just made: the only time its text is seen.
struct NewKey {
  domain::ApiKey key;
  Secret text;
};

/// A setting and its new value as JSON text; absent = back to the default.
struct SettingChange {
  std::string key;
  std::optional<std::string> json;
};

struct Change;
struct BatchResult;
struct EditorState;

/// Every change of the configuration, for the admin API and the command line alike: checks against what is stored, writes,
/// publishes the new snapshot, then returns. Errors: bad_request with `param` = the field as the API names it ("apiKey"), conflict for
/// duplicates, not_found, internal when the disk fails (nothing has changed then). Any worker.
class Editor {
 public:
  Editor(store::Database& database, std::shared_ptr<const catalog::Catalog> catalog, Publisher& publisher, const Environment& environment,
         const Clock& clock);

  /// The same editor in the hands of somebody: each change and the line of the audit log that tells of it are one transaction.
  [[nodiscard]] Editor as(Actor actor) const;

  /// Reads everything and publishes the first snapshot.
  Task<Status> load();

  Task<Result<domain::Account>> create_account(AccountDraft draft);
  Task<Result<domain::Account>> update_account(std::string id, AccountDraft draft);
  Task<Status> remove_account(std::string id);
  /// Notes how a test of the account went; an empty error means it passed.
  Task<Status> note_test(std::string id, std::string error);

  /// With its first connection, whose `provider` is not asked for: both or none, whatever happens to the process meanwhile.
  Task<Result<NewNode>> create_node(NodeDraft draft, std::optional<AccountDraft> connection);
  Task<Result<domain::Node>> update_node(std::string id, NodeDraft draft);
  /// Takes its accounts with it.
  Task<Status> remove_node(std::string id);

  Task<Result<NewKey>> create_key(KeyDraft draft);
  Task<Result<domain::ApiKey>> update_key(std::string id, KeyDraft draft);
  /// A new text for the same key. The old one counts for `grace` more, up to 30 days; one rotated before is dead at once.
  Task<Result<NewKey>> rotate_key(std::string id, std::chrono::milliseconds grace);
  Task<Status> remove_key(std::string id);

  /// All of them or none.
  Task<Status> change_settings(std::vector<SettingChange> changes);

  /// The owner's price of a provider's model; none takes it away, the catalog's counts again.
  Task<Status> set_price(std::string provider, std::string model, std::optional<domain::TokenPrice> price);
  /// Takes away the owner's prices: all, a provider's (model empty), or one model's.
  Task<Status> reset_prices(std::string provider, std::string model);
  /// Both limits 0 take it away. An empty provider means all together.
  Task<Status> set_budget(domain::Budget budget);

  /// Many changes as one: all of them or none. A dry run does everything but keep it, so that its errors are those of the real thing.
  Task<Result<BatchResult>> apply(std::vector<Change> changes, bool dry_run);

  /// Shuts an address out until then. Loopback cannot be banned.
  Task<Status> ban(store::IpBan ban);
  /// False if it was not banned.
  Task<Result<bool>> lift_ban(std::string address);
  /// A line in the audit log about what is no change of the configuration: logins, backups.
  Task<Status> note(std::string action, std::string target);

 private:
  friend class RoutingEditor;
  explicit Editor(std::shared_ptr<const EditorState> state) : state_(std::move(state)) {}
  std::shared_ptr<const EditorState> state_;
};

}  // namespace omniroute::config
