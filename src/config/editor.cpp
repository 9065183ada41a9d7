#include "omniroute/config/editor.hpp"

#include <chrono>

#include "editor_state.hpp"
#include "omniroute/base/log.hpp"
#include "omniroute/store/documents.hpp"
#include "omniroute/store/money_tables.hpp"
#include "routing_documents.hpp"
#include "rules.hpp"
#include "setting_rows.hpp"

namespace omniroute::config {
namespace {

/// An answer for changes that have none.
struct Nothing {};

void take_stored(const std::vector<store::StoredSetting>& stored, Rows& rows) {
  for (const store::StoredSetting& setting : stored) {
    const Status set = set_from_json(rows.settings, setting.key, setting.json.reveal());
    if (set) {
      rows.setting_sources[setting.key] = SettingSource::stored;
    } else {
      // Of another version of the program, or altered: the default is safer than no start.
      log::warn("stored setting is passed over: key={} reason={}", setting.key, set.error().message);
    }
  }
}

}  // namespace

std::int64_t EditorState::now_ms() const {
  return std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
}

Result<Rows> EditorState::read_rows(store::Transaction& transaction) const {
  Rows rows;
  Result<std::int64_t> revision = store::Revision(transaction).get();
  if (!revision) return std::move(revision).error();
  rows.revision = *revision;
  Result<std::vector<domain::Account>> accounts = store::Accounts(transaction).all();
  if (!accounts) return std::move(accounts).error();
  rows.accounts = *std::move(accounts);
  Result<std::vector<domain::Node>> nodes = store::Nodes(transaction).all();
  if (!nodes) return std::move(nodes).error();
  rows.nodes = *std::move(nodes);
  Result<std::vector<domain::ApiKey>> keys = store::ApiKeys(transaction).all();
  if (!keys) return std::move(keys).error();
  rows.keys = *std::move(keys);
  Result<std::vector<store::Document>> documents = store::Documents(transaction).all();
  if (!documents) return std::move(documents).error();
  rows.routing = routing_rows_from(*documents);
  Result<std::vector<store::IpBan>> bans = store::IpBans(transaction).all();
  if (!bans) return std::move(bans).error();
  rows.bans = *std::move(bans);
  Result<std::vector<domain::OwnPrice>> prices = store::Prices(transaction).present();
  if (!prices) return std::move(prices).error();
  rows.prices = *std::move(prices);
  Result<std::vector<domain::Budget>> budgets = store::Budgets(transaction).all();
  if (!budgets) return std::move(budgets).error();
  rows.budgets = *std::move(budgets);
  Result<std::vector<store::StoredSetting>> stored = store::SettingsTable(transaction).all();
  if (!stored) return std::move(stored).error();
  take_stored(*stored, rows);
  std::vector<std::string> overridden;
  if (Status applied = apply_environment(rows.settings, environment, overridden); !applied) return applied.error();
  for (std::string& key : overridden) rows.setting_sources[std::move(key)] = SettingSource::environment;
  return rows;
}

void EditorState::publish(Rows rows) const { publisher.publish(std::make_shared<const Snapshot>(catalog, std::move(rows))); }

Task<Status> change_only(SharedState state, store::Database::StatusWork edit) {
  store::Database::Work<Nothing> work = [edit = std::move(edit)](store::Transaction& transaction) -> Result<Nothing> {
    if (Status done = edit(transaction); !done) return done.error();
    return Nothing();
  };
  Result<Nothing> changed = co_await change<Nothing>(std::move(state), std::move(work));
  if (!changed) co_return std::move(changed).error();
  co_return Status();
}

Editor::Editor(store::Database& database, std::shared_ptr<const catalog::Catalog> catalog, Publisher& publisher,
               const Environment& environment, const Clock& clock)
    : state_(std::make_shared<const EditorState>(database, std::move(catalog), publisher, environment, clock)) {}

Task<Status> Editor::load() {
  const SharedState state = state_;
  store::Database::Work<Rows> work = [state](store::Transaction& transaction) { return state->read_rows(transaction); };
  Result<Rows> rows = co_await state->database.read(std::move(work));
  if (!rows) co_return std::move(rows).error();
  state->publish(*std::move(rows));
  co_return Status();
}

Editor Editor::as(Actor actor) const {
  auto state = std::make_shared<EditorState>(*state_);
  state->actor = std::move(actor);
  return Editor(std::shared_ptr<const EditorState>(std::move(state)));
}

Status change_setting_row(store::Transaction& transaction, const SettingChange& change) {
  store::SettingsTable table(transaction);
  const SettingRow* row = find_setting_row(change.key);
  if (row == nullptr) return Error(ErrorKind::bad_request, "There is no setting '" + change.key + "'.", change.key);
  if (!change.json) {
    if (Result<bool> removed = table.remove(change.key); !removed) return removed.error();
    return {};
  }
  Settings scratch;
  if (Status fits = set_from_json(scratch, change.key, *change.json); !fits) return fits;
  const bool sealed = is_secret(row->info.kind);
  return table.save(change.key, Secret(*change.json), sealed);
}

Task<Status> Editor::change_settings(std::vector<SettingChange> changes) {
  store::Database::StatusWork edit = [changes = std::move(changes)](store::Transaction& transaction) -> Status {
    for (const SettingChange& change : changes)
      if (Status done = change_setting_row(transaction, change); !done) return done;
    return {};
  };
  return change_only(state_, std::move(edit));
}

}  // namespace omniroute::config
