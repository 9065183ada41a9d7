#include "omniroute/store/portable.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <vector>

#include "data_directory.hpp"
#include "migration.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/crypto/sealing.hpp"
#include "restore.hpp"
#include "transaction.hpp"
#include "work_files.hpp"

namespace omniroute::store {
namespace {

using crypto::SealingKey;

/// A file that goes away with its SQLite companions, unless it is kept.
class WorkFile {
 public:
  explicit WorkFile(const std::string& path) : path_(path) {}
  WorkFile(const WorkFile&) = delete;
  WorkFile& operator=(const WorkFile&) = delete;
  ~WorkFile() {
    if (kept_) return;
    for (const char* end : {"", "-wal", "-shm", "-journal"}) ::unlink((path_ + end).c_str());
  }
  void keep() noexcept { kept_ = true; }

 private:
  const std::string& path_;
  bool kept_ = false;
};

/// A column of sealed secrets, and the one that names its rows.
struct SealedColumn {
  std::string table;
  std::string row;
  std::string column;
};

/// One secret of such a column: the row's name and the record.
struct SealedRow {
  std::string name;
  std::string record;
};

/// Who seals a secret, and who opens it: (record or plain text, table, row, column).
using Opens = std::function<Result<Secret>(std::string_view, const SealedColumn&, const std::string&)>;
using Seals = std::function<Result<std::string>(const Secret&, const SealedColumn&, const std::string&)>;

/// What a record is bound to, as Vault does it.
std::string place(const SealedColumn& at, const std::string& row) { return at.table + "/" + row + "/" + at.column; }

/// Whether a value is a sealed record and no other bytes: crypto/sealing.hpp has 1 + 8 + 12 + 16 bytes round the text; digests are of 32.
bool is_sealed(std::string_view value) {
  constexpr std::size_t shortest = 37;
  return value.size() >= shortest && value.front() == 1;
}

/// Every BLOB column of a table whose rows have a name: what is sealed in them tells so itself.
Result<std::vector<SealedColumn>> blob_columns(Connection& connection) {
  Result<Statement> statement = connection.prepare(
      "SELECT t.name, (SELECT name FROM pragma_table_info(t.name) WHERE pk = 1), c.name FROM sqlite_schema t, pragma_table_info(t.name) c "
      "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND t.name <> 'sealing_keys' AND c.type = 'BLOB' AND c.pk = 0");
  if (!statement) return std::move(statement).error();
  std::vector<SealedColumn> columns;
  Result<bool> row = statement->step();
  for (; row && *row; row = statement->step())
    if (!statement->is_null(1))
      columns.push_back({std::string(statement->text(0)), std::string(statement->text(1)), std::string(statement->text(2))});
  if (!row) return std::move(row).error();
  return columns;
}

/// The secrets of one column, sealed anew.
Result<std::vector<SealedRow>> sealed_anew(Connection& work, const SealedColumn& at, const Opens& open, const Seals& seal) {
  Result<Statement> read = work.prepare("SELECT \"" + at.row + "\", \"" + at.column + "\" FROM \"" + at.table + "\"");
  if (!read) return std::move(read).error();
  std::vector<SealedRow> done;
  Result<bool> row = read->step();
  for (; row && *row; row = read->step()) {
    if (!is_sealed(read->blob(1))) continue;
    std::string name(read->text(0));
    Result<Secret> plain = open(read->blob(1), at, name);
    if (!plain)
      return Error(ErrorKind::conflict,
                   "There is a secret that does not open (" + at.column + " of " + at.table + " " + name + "). " + plain.error().message);
    Result<std::string> record = seal(*plain, at, name);
    if (!record) return std::move(record).error();
    done.push_back({std::move(name), *std::move(record)});
  }
  if (!row) return std::move(row).error();
  return done;
}

Status seal_all_anew(Connection& work, const Opens& open, const Seals& seal) {
  Result<std::vector<SealedColumn>> columns = blob_columns(work);
  if (!columns) return std::move(columns).error();
  for (const SealedColumn& at : *columns) {
    Result<std::vector<SealedRow>> rows = sealed_anew(work, at, open, seal);
    if (!rows) return std::move(rows).error();
    Result<Statement> write = work.prepare("UPDATE \"" + at.table + "\" SET \"" + at.column + "\" = ? WHERE \"" + at.row + "\" = ?");
    if (!write) return std::move(write).error();
    for (const SealedRow& row : *rows)
      if (Status written = write->bind_blob(row.record).bind(std::string_view(row.name)).run(); !written) return written;
  }
  return {};
}

/// The wrapped key of `live`: the mark by which a copy is known to be sealed with its key.
Status adopt_key(Connection& live, Connection& work) {
  Result<Statement> read = live.prepare("SELECT id, master_id, salt, wrapped, created_ms FROM sealing_keys");
  if (!read) return std::move(read).error();
  Result<bool> row = read->step();
  if (!row) return std::move(row).error();
  if (Status cleared = work.execute("DELETE FROM sealing_keys"); !cleared || !*row) return cleared;
  Result<Statement> write = work.prepare("INSERT INTO sealing_keys (id, master_id, salt, wrapped, created_ms) VALUES (?, ?, ?, ?, ?)");
  if (!write) return std::move(write).error();
  for (int column = 0; column < 5; ++column) write->bind_column(*read, column);
  return write->run();
}

Opens opened_by(const Vault& vault) {
  return [&vault](std::string_view record, const SealedColumn& at, const std::string& row) {
    return vault.unseal(record, at.table, row, at.column);
  };
}
Opens opened_by(const SealingKey& key) {
  return [&key](std::string_view record, const SealedColumn& at, const std::string& row) { return key.open(record, place(at, row)); };
}
Seals sealed_by(const Vault& vault) {
  return
      [&vault](const Secret& plain, const SealedColumn& at, const std::string& row) { return vault.seal(plain, at.table, row, at.column); };
}
Seals sealed_by(const SealingKey& key) {
  return [&key](const Secret& plain, const SealedColumn& at, const std::string& row) { return key.seal(plain.reveal(), place(at, row)); };
}

Result<std::string> read_whole(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) return Error(ErrorKind::internal, path + " cannot be read.");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

/// On the copy: what stays behind goes, also out of the file's free pages; what is secret is sealed with the state's own key.
Status reduce(const std::string& path, const Vault& vault, const SealingKey& key) {
  Result<Connection> work = Connection::open(path, "");
  if (!work) return std::move(work).error();
  const Status reduced = work->execute(
      "PRAGMA journal_mode=DELETE; DELETE FROM audit; DELETE FROM sessions; DELETE FROM login_tries; DELETE FROM sealing_keys");
  if (!reduced) return reduced;
  if (Status sealed = seal_all_anew(*work, opened_by(vault), sealed_by(key)); !sealed) return sealed;
  return work->execute("VACUUM");
}

Result<PortableState> pack(Connection& live, const Vault& vault, const std::string& path) {
  const WorkFile work_file(path);
  if (Status made = make_private_file(path); !made) return std::move(made).error();
  if (Status copied = live.copy_to(path, ""); !copied) return std::move(copied).error();
  const SealingKey key = SealingKey::random();
  if (Status reduced = reduce(path, vault, key); !reduced) return std::move(reduced).error();
  Result<std::string> bytes = read_whole(path);
  if (!bytes) return std::move(bytes).error();
  PortableState state;
  state.database = *std::move(bytes);
  state.sealing_key = Secret(std::string(key.bytes()));
  return state;
}

/// Looks at what came in before a byte of it is changed.
Result<int> inspect_state(Connection& work) {
  Result<int> version = inspect(work, storage_schema(), INT64_MAX);
  if (!version) return Error(ErrorKind::conflict, "This export cannot be taken in: " + version.error().message);
  if (*version == 0) return Error(ErrorKind::conflict, "This export is empty.");
  return version;
}

Status adapt(const std::string& path, Connection& live, const SealingKey& theirs, const Vault& ours) {
  Result<Connection> opened = Connection::open(path, "");
  if (!opened) return std::move(opened).error();
  Connection work = *std::move(opened);
  Result<int> version = inspect_state(work);
  if (!version) return std::move(version).error();
  if (Status migrated = migrate(work, storage_schema(), *version, [] { return Status(); }); !migrated) return migrated;
  if (Status begun = work.execute("BEGIN IMMEDIATE"); !begun) return begun;
  if (Status done = seal_all_anew(work, opened_by(theirs), sealed_by(ours)); !done) return done;
  if (Status adopted = adopt_key(live, work); !adopted) return adopted;
  return work.execute("COMMIT");
}

Result<BackupCheck> unpack(const PortableState& state, const std::string& path, Connection& live, const Vault& vault) {
  SealingKey::Bytes bytes{};
  const std::string_view given = state.sealing_key.reveal();
  if (given.size() != bytes.size()) return Error(ErrorKind::conflict, "The key that came with the export is none.");
  std::copy_n(given.begin(), bytes.size(), reinterpret_cast<char*>(bytes.data()));
  const SealingKey theirs(bytes);
  WorkFile work_file(path);
  if (Status made = make_private_file(path); !made) return std::move(made).error();
  std::ofstream file(path, std::ios::binary);
  file << state.database;
  file.close();
  if (!file) return Error(ErrorKind::internal, path + " cannot be written: the disk may be full.");
  if (Status adapted = adapt(path, live, theirs, vault); !adapted) return std::move(adapted).error();
  Result<BackupCheck> checked = check_backup_file(path, "", live);
  if (checked) work_file.keep();
  return checked;
}

}  // namespace

std::string work_path(const Database& database, std::string_view name) {
  return database.directory() + "/" + std::string(work_stem) + std::string(name) + "-" + crypto::random_token(6) + ".sqlite";
}

Task<Result<PortableState>> pack_state(Database& database) {
  if (database.directory().empty()) co_return Error(ErrorKind::unsupported, "A database in memory cannot be exported.");
  Database::Work<PortableState> work = [path = work_path(database, "export")](Transaction& transaction) {
    return pack(transaction.storage(), transaction.vault(), path);
  };
  Task<Result<PortableState>> reading = database.read<PortableState>(std::move(work));
  co_return co_await std::move(reading);
}

Task<Result<BackupCheck>> unpack_state(Database& database, PortableState state, std::string path) {
  if (database.directory().empty()) co_return Error(ErrorKind::unsupported, "A database in memory can take nothing in.");
  const auto given = std::make_shared<PortableState>(std::move(state));
  Database::Work<BackupCheck> work = [given, path = std::move(path)](Transaction& transaction) {
    return unpack(*given, path, transaction.storage(), transaction.vault());
  };
  Task<Result<BackupCheck>> reading = database.read<BackupCheck>(std::move(work));
  co_return co_await std::move(reading);
}

}  // namespace omniroute::store
