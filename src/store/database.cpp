#include "omniroute/store/database.hpp"

#include <unistd.h>

#include <filesystem>
#include <mutex>

#include "data_directory.hpp"
#include "database_file.hpp"
#include "migration.hpp"
#include "reader.hpp"
#include "restore.hpp"
#include "transaction.hpp"
#include "vault.hpp"
#include "work_files.hpp"
#include "writer.hpp"

namespace omniroute::store {
namespace {

/// About half a gigabyte of rows; with a dead disk and a hundred requests a second that is more than half an hour.
constexpr std::size_t usage_rows_at_most = 250'000;
/// quick_check reads the whole file. Configuration is always checked, telemetry while that takes no time.
constexpr std::int64_t check_always = INT64_MAX;
constexpr std::int64_t check_small = 8 << 20;

/// What a process that was killed left of its work.
void remove_work_files(const std::string& folder) {
  std::error_code failure;
  for (std::filesystem::directory_iterator entry(folder, failure), end; !failure && entry != end; entry.increment(failure))
    if (entry->path().filename().string().starts_with(work_stem)) ::unlink(entry->path().c_str());
}

}  // namespace

struct Database::State {
  State(std::optional<DataDirectory> its_directory, Vault its_vault, std::string its_vfs)
      : directory(std::move(its_directory)), vault(std::move(its_vault)), vfs(std::move(its_vfs)) {
    if (directory) path = directory->path();
  }

  Status open_reader(std::optional<Reader>& into, const std::string& storage, const std::string& telemetry, Pace pace) {
    Result<Connection> configuration = open_database_to_read(storage, vfs);
    if (!configuration) return configuration.error();
    Result<Connection> records = open_database_to_read(telemetry, vfs);
    if (!records) return records.error();
    if (pace == Pace::background)
      if (Status roomy = records->execute("PRAGMA cache_size=-16384"); !roomy) return roomy;
    into.emplace(std::move(*configuration), std::move(*records), vault, pace);
    return {};
  }

  Task<Status> read_on(std::optional<Reader>& chosen, Database::StatusWork work) {
    auto outcome = std::make_shared<Outcome>();
    if (chosen) {
      chosen->submit(std::move(work), outcome);
    } else {
      WriteJob job{std::move(work), outcome};
      writer->submit(std::move(job));
    }
    co_await outcome->handoff.wait();
    co_return std::move(outcome->status);
  }

  std::optional<DataDirectory> directory;
  std::string path;
  Vault vault;
  std::string vfs;
  std::optional<Writer> writer;
  std::optional<Reader> reader;  // none in memory: there the writer reads
  std::optional<Reader> aside;   // for long questions and copies
  std::mutex closing;
};

Result<std::unique_ptr<Database>> Database::open(OpenOptions options, const Clock& clock) {
  Result<DataDirectory> taken = DataDirectory::take(options.directory);
  if (!taken) return taken.error();
  remove_work_files(taken->path());
  const Vault::Source source{options.encryption_key, taken->file("master.key")};
  const DatabaseFile storage{taken->file("storage.sqlite"), storage_schema(), check_always, "FULL"};
  const DatabaseFile telemetry{taken->file("telemetry.sqlite"), telemetry_schema(), check_small, "NORMAL"};

  // Records of a newer program are a reason to touch nothing, the configuration included.
  if (Status known = look_at_version(telemetry, options.vfs); !known) return std::move(known).error();
  const auto right_key = [&](Connection& connection) { return Vault::check(connection, source); };
  Result<Connection> storage_connection = open_database_file(storage, *taken, options.vfs, right_key, clock);
  if (!storage_connection) return storage_connection.error();
  const auto anything = [](Connection&) { return Status(); };
  Result<Connection> telemetry_connection = open_database_file(telemetry, *taken, options.vfs, anything, clock);
  if (!telemetry_connection) return telemetry_connection.error();
  Result<Vault> vault = Vault::open(*storage_connection, source, clock);
  if (!vault) return vault.error();
  auto state = std::make_unique<State>(std::move(*taken), std::move(*vault), options.vfs);
  state->writer.emplace(std::move(*storage_connection), std::move(*telemetry_connection), state->vault, usage_rows_at_most);
  if (Status opened = state->open_reader(state->reader, storage.path, telemetry.path, Pace::prompt); !opened) return opened.error();
  if (Status opened = state->open_reader(state->aside, storage.path, telemetry.path, Pace::background); !opened) return opened.error();
  return std::unique_ptr<Database>(new Database(std::move(state)));
}

Result<std::unique_ptr<Database>> Database::open_in_memory(const Clock& clock) {
  const auto migrated = [](const Schema& schema) -> Result<Connection> {
    Result<Connection> connection = Connection::open(":memory:", "");
    if (!connection) return connection.error();
    if (Status done = migrate(*connection, schema, 0, [] { return Status(); }); !done) return done.error();
    return connection;
  };
  Result<Connection> storage = migrated(storage_schema());
  if (!storage) return storage.error();
  Result<Connection> telemetry = migrated(telemetry_schema());
  if (!telemetry) return telemetry.error();
  Result<Vault> vault = Vault::open(*storage, {}, clock);
  if (!vault) return vault.error();
  auto state = std::make_unique<State>(std::nullopt, std::move(*vault), "");
  state->writer.emplace(std::move(*storage), std::move(*telemetry), state->vault, usage_rows_at_most);
  return std::unique_ptr<Database>(new Database(std::move(state)));
}

Database::Database(std::unique_ptr<State> state) : state_(std::move(state)) {}

Database::~Database() { close(); }

Task<Status> Database::write(StatusWork work) {
  auto outcome = std::make_shared<Outcome>();
  WriteJob job{std::move(work), outcome};
  state_->writer->submit(std::move(job));
  co_await outcome->handoff.wait();
  co_return std::move(outcome->status);
}

Task<Status> Database::read(StatusWork work) { return state_->read_on(state_->reader, std::move(work)); }

Task<Status> Database::read_aside(StatusWork work) { return state_->read_on(state_->aside, std::move(work)); }

void Database::append(domain::UsageRow row) { state_->writer->append(std::move(row)); }

void Database::later(StatusWork work, std::size_t bytes) { state_->writer->later(std::move(work), bytes); }

Task<Status> Database::flush() {
  auto outcome = std::make_shared<Outcome>();
  state_->writer->flush(outcome);
  co_await outcome->handoff.wait();
  co_return std::move(outcome->status);
}

Task<Status> Database::backup_to(std::string path) {
  if (!state_->aside) co_return Error(ErrorKind::unsupported, "A database in memory cannot be backed up.");
  auto outcome = std::make_shared<Outcome>();
  Reader::Job job = [path = std::move(path), vfs = state_->vfs](Connection& storage, Connection&) -> Status {
    if (Status made = make_private_file(path); !made) return made;
    return storage.copy_to(path, vfs);
  };
  state_->aside->submit_raw(std::move(job), outcome);
  co_await outcome->handoff.wait();
  co_return std::move(outcome->status);
}

Task<Result<BackupCheck>> Database::check_backup(std::string path) {
  if (!state_->aside) co_return Error(ErrorKind::unsupported, "A database in memory has no backups.");
  auto outcome = std::make_shared<Outcome>();
  auto found = std::make_shared<BackupCheck>();
  Reader::Job job = [path = std::move(path), vfs = state_->vfs, found](Connection& storage, Connection&) -> Status {
    Result<BackupCheck> checked = check_backup_file(path, vfs, storage);
    if (!checked) return std::move(checked).error();
    *found = *checked;
    return {};
  };
  state_->aside->submit_raw(std::move(job), outcome);
  co_await outcome->handoff.wait();
  if (!outcome->status) co_return std::move(outcome->status).error();
  co_return *found;
}

Task<Status> Database::restore_from(std::string path) {
  if (!state_->aside) co_return Error(ErrorKind::unsupported, "A database in memory has no backups.");
  const std::string work_path = state_->path + "/restore.sqlite";
  const auto remove_work = [work_path] {
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((work_path + end).c_str());
  };
  remove_work();
  auto outcome = std::make_shared<Outcome>();
  Reader::Job job = [path = std::move(path), work_path, vfs = state_->vfs](Connection&, Connection&) {
    return prepare_restore(path, work_path, vfs);
  };
  state_->aside->submit_raw(std::move(job), outcome);
  co_await outcome->handoff.wait();
  Status done = std::move(outcome->status);
  if (done) {
    StatusWork work = [work_path, vfs = state_->vfs](Transaction& transaction) { return take_over(work_path, vfs, transaction.storage()); };
    done = co_await write(std::move(work));
  }
  remove_work();
  co_return done;
}

void Database::close() {
  const std::lock_guard lock(state_->closing);
  for (std::optional<Reader>* reader : {&state_->reader, &state_->aside})
    if (*reader) (*reader)->close();
  if (state_->writer) state_->writer->close();
}

Database::Counters Database::counters() const { return state_->writer->counters(); }

const std::string& Database::directory() const noexcept { return state_->path; }

}  // namespace omniroute::store
