#include "vault.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>

#include "data_directory.hpp"
#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/password.hpp"
#include "omniroute/crypto/random.hpp"

namespace omniroute::store {
namespace {

using crypto::SealingKey;

constexpr std::string_view file_mark = "omniroute-master-key-v1 ";
constexpr std::string_view wrapped_place = "sealing_keys/1/wrapped";
constexpr std::size_t salt_size = 16;
/// Texts of this length are taken for random ones; shorter ones, which people think up, are made expensive to guess.
constexpr std::size_t long_text = 32;

/// The row of sealing_keys.
struct WrappedKey {
  std::string master_id;
  std::string salt;
  std::string wrapped;
};

std::string place(std::string_view table, std::string_view row, std::string_view column) {
  std::string text(table);
  text += '/';
  text += row;
  text += '/';
  text += column;
  return text;
}

SealingKey key_from(std::string_view bytes) {
  SealingKey::Bytes array{};
  std::copy_n(bytes.begin(), array.size(), reinterpret_cast<char*>(array.data()));
  return SealingKey(array);
}

Result<SealingKey> key_from_text(const Secret& text, std::string_view salt) {
  if (text.reveal().size() >= long_text) return SealingKey(crypto::hkdf_sha256(text.reveal(), salt, "omniroute master key v1"));
  Result<std::array<std::uint8_t, 32>> stretched = crypto::stretch_text(text, salt);
  if (!stretched) return stretched.error();
  return SealingKey(*stretched);
}

/// not_found if there is no file.
Result<SealingKey> key_from_file(const std::string& path) {
  Result<std::string> read = read_small_file(path);
  if (!read) return read.error();
  const Secret content(std::move(*read));
  std::string_view text = content.reveal();
  while (text.ends_with('\n') || text.ends_with('\r') || text.ends_with(' ')) text.remove_suffix(1);
  const std::optional<std::string> bytes =
      text.starts_with(file_mark) ? crypto::from_base64url(text.substr(file_mark.size())) : std::nullopt;
  if (!bytes || bytes->size() != sizeof(SealingKey::Bytes))
    return Error(ErrorKind::internal,
                 "The key file " + path + " is damaged. Put it back from your copy; without it stored credentials cannot be opened.");
  return key_from(*bytes);
}

Result<SealingKey> make_key_file(const std::string& path) {
  const SealingKey key = SealingKey::random();
  const Secret content(std::string(file_mark) + crypto::to_base64url(crypto::bytes_of(key.bytes())) + '\n');
  if (Status written = write_durably(path, content.reveal()); !written) return written.error();
  return key;
}

Result<std::optional<WrappedKey>> read_wrapped(Connection& connection) {
  Result<std::int64_t> table = connection.number("SELECT count(*) FROM sqlite_schema WHERE type = 'table' AND name = 'sealing_keys'");
  if (!table) return table.error();
  if (*table == 0) return std::optional<WrappedKey>();
  Result<Statement> statement = connection.prepare("SELECT master_id, salt, wrapped FROM sealing_keys WHERE id = 1");
  if (!statement) return statement.error();
  Result<bool> row = statement->step();
  if (!row) return row.error();
  if (!*row) return std::optional<WrappedKey>();
  WrappedKey key{std::string(statement->blob(0)), std::string(statement->blob(1)), std::string(statement->blob(2))};
  return std::optional<WrappedKey>(std::move(key));
}

std::string id_text(const SealingKey& key) { return {reinterpret_cast<const char*>(key.id().data()), key.id().size()}; }

Error wrong_key(const Vault::Source& source, const std::string& database) {
  const std::string begin = "The credentials in " + database + " were sealed with another key. ";
  if (!source.text.empty())
    return {ErrorKind::internal, begin + "Set STORAGE_ENCRYPTION_KEY to the value it had, or unset it if the file master.key was used."};
  return {ErrorKind::internal, begin + "Put back the right " + source.key_file + ", or set STORAGE_ENCRYPTION_KEY to the value it had."};
}

/// The key that the database's own key is sealed with. `may_make`: nothing is sealed yet.
Result<SealingKey> master_key(const Vault::Source& source, std::string_view salt, bool may_make, const std::string& database) {
  if (!source.text.empty()) return key_from_text(source.text, salt);
  if (source.key_file.empty()) return SealingKey::random();
  Result<SealingKey> key = key_from_file(source.key_file);
  if (key || key.error().kind != ErrorKind::not_found) return key;
  if (may_make) return make_key_file(source.key_file);
  return Error(ErrorKind::internal,
               "The key file " + source.key_file + " is missing, and " + database +
                   " holds credentials sealed with it or with STORAGE_ENCRYPTION_KEY. Put it back from your copy, or set that variable.");
}

Result<SealingKey> unwrap(const WrappedKey& wrapped, const Vault::Source& source, const std::string& database) {
  Result<SealingKey> master = master_key(source, wrapped.salt, false, database);
  if (!master) return master.error();
  if (id_text(*master) != wrapped.master_id) return wrong_key(source, database);
  Result<Secret> bytes = master->open(wrapped.wrapped, wrapped_place);
  if (!bytes || bytes->reveal().size() != sizeof(SealingKey::Bytes))
    return Error(ErrorKind::internal, "The sealing key in " + database + " was altered. Put back a copy from db_backups.");
  return key_from(bytes->reveal());
}

}  // namespace

Status Vault::check(Connection& connection, const Source& source) {
  Result<std::optional<WrappedKey>> wrapped = read_wrapped(connection);
  if (!wrapped) return wrapped.error();
  if (!*wrapped) return {};
  Result<SealingKey> key = unwrap(**wrapped, source, connection.path());
  if (!key) return key.error();
  return {};
}

Result<Vault> Vault::open(Connection& connection, const Source& source, const Clock& clock) {
  Result<std::optional<WrappedKey>> wrapped = read_wrapped(connection);
  if (!wrapped) return wrapped.error();
  if (*wrapped) {
    Result<SealingKey> key = unwrap(**wrapped, source, connection.path());
    if (!key) return key.error();
    return Vault(*key);
  }
  std::array<std::uint8_t, salt_size> salt_bytes{};
  crypto::random_bytes(salt_bytes);
  const std::string salt(reinterpret_cast<const char*>(salt_bytes.data()), salt_bytes.size());
  Result<SealingKey> master = master_key(source, salt, true, connection.path());
  if (!master) return master.error();
  const SealingKey key = SealingKey::random();
  Result<std::string> sealed = master->seal(key.bytes(), wrapped_place);
  if (!sealed) return sealed.error();
  const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock.wall_now().time_since_epoch()).count();
  Result<Statement> insert =
      connection.prepare("INSERT INTO sealing_keys (id, master_id, salt, wrapped, created_ms) VALUES (1, ?, ?, ?, ?)");
  if (!insert) return insert.error();
  insert->bind_blob(id_text(*master)).bind_blob(salt).bind_blob(*sealed).bind(static_cast<std::int64_t>(now));
  if (Status inserted = insert->run(); !inserted) return inserted.error();
  return Vault(key);
}

Result<std::string> Vault::seal(const Secret& plain, std::string_view table, std::string_view row, std::string_view column) const {
  if (plain.empty()) return std::string();
  return key_.seal(plain.reveal(), place(table, row, column));
}

Result<Secret> Vault::unseal(std::string_view record, std::string_view table, std::string_view row, std::string_view column) const {
  if (record.empty()) return Secret();
  return key_.open(record, place(table, row, column));
}

}  // namespace omniroute::store
