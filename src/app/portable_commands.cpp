#include "portable_commands.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "omniroute/crypto/encoding.hpp"
#include "omniroute/services/foreign.hpp"
#include "request.hpp"
#include "terminal.hpp"

namespace omniroute::app {
namespace {

constexpr std::uint64_t most_bytes = 128u << 20;

/// Asks twice for a new one, so that a slip does not lock its owner out.
Result<Secret> passphrase_of(const Arguments& arguments, const config::Environment& environment) {
  if (!arguments.passphrase_from.empty()) return secret_from("--passphrase-from", arguments.passphrase_from, environment);
  constexpr const char* hint = " Use --passphrase-from env:NAME, file:PATH or - instead.";
  Result<Secret> first = ask_secret("Passphrase: ");
  if (!first) return Error(ErrorKind::bad_request, "There is no terminal to ask for the passphrase on." + std::string(hint));
  if (arguments.verb == Verb::backup_import) return first;
  Result<Secret> again = ask_secret("The same again: ");
  if (!again) return again;
  if (again->reveal() != first->reveal()) return Error(ErrorKind::bad_request, "The two passphrases differ. Nothing was written.");
  return first;
}

Error cannot(const std::string& path, const char* what) {
  return {ErrorKind::bad_request, "The file " + path + " cannot be " + what + ": " + std::strerror(errno) + "."};
}

/// Written and synced under the name it keeps, mode 0600; what was there before is not touched, and a part is not left.
Status write_new_file(const std::string& path, std::string_view bytes) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) return cannot(path, "made");
  bool whole = true;
  while (whole && !bytes.empty()) {
    const ssize_t written = ::write(file, bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    whole = written > 0 || (written < 0 && errno == EINTR);
  }
  whole = whole && ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (whole) return {};
  ::unlink(path.c_str());
  errno = code;
  return cannot(path, "written");
}

Result<std::string> read_file(const std::string& path) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0) return cannot(path, "read");
  if (!S_ISREG(info.st_mode)) return Error(ErrorKind::bad_request, path + " is no file.");
  if (static_cast<std::uint64_t>(info.st_size) > most_bytes)
    return Error(ErrorKind::too_large, "The file " + path + " is larger than 128 MB: no export of OmniRoute is.");
  std::ifstream file(path, std::ios::binary);
  if (!file) return cannot(path, "read");
  return std::string((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
}

Result<Output> export_state(const Arguments& arguments, const config::Environment& environment, Channel& channel) {
  struct stat info {};
  if (::lstat(arguments.file.c_str(), &info) == 0)
    return Error(ErrorKind::conflict, "The file " + arguments.file + " is there already. Choose another name, or remove it first.");
  Result<Secret> passphrase = passphrase_of(arguments, environment);
  if (!passphrase) return std::move(passphrase).error();
  Result<Answer> answer = channel.ask("POST", "/api/db-backups/export", dump(Json{{"passphrase", passphrase->reveal()}}));
  if (!answer) return std::move(answer).error();
  if (Status fine = refused(*answer); !fine) return std::move(fine).error();
  if (Status written = write_new_file(arguments.file, answer->body); !written) return std::move(written).error();
  const std::string size = std::to_string(answer->body.size());
  if (arguments.json) return Output{0, dump(Json{{"file", arguments.file}, {"size", answer->body.size()}})};
  return Output{0, "Wrote " + arguments.file + " (" + size + " bytes). Only the passphrase opens it: keep the two apart.\n"};
}

Result<Output> import_state(const Arguments& arguments, const config::Environment& environment, Channel& channel) {
  Result<std::string> bytes = read_file(arguments.file);
  if (!bytes) return std::move(bytes).error();
  Result<Secret> passphrase = passphrase_of(arguments, environment);
  if (!passphrase) return std::move(passphrase).error();
  Json body{{"passphrase", passphrase->reveal()}, {"data", crypto::to_base64url(crypto::bytes_of(*bytes))}, {"dryRun", arguments.dry_run}};
  Result<Json> done = ask(channel, "POST", "/api/db-backups/import", body);
  if (!done) return std::move(done).error();
  const std::string what = text_of(*done, "connectionCount") + " connections, " + text_of(*done, "nodeCount") + " nodes and " +
                           text_of(*done, "keyCount") + " keys.\n";
  if (arguments.json) return Output{0, dump(*done)};
  return Output{0, (arguments.dry_run ? "Whole, and would bring " : "Taken in: ") + what};
}

Result<Output> take_over(const Arguments& arguments, const config::Environment& environment, Channel& channel) {
  Json body{{"from", arguments.from}, {"dryRun", arguments.dry_run}};
  if (!arguments.key_from.empty()) {
    Result<Secret> key = secret_from("--key-from", arguments.key_from, environment);
    if (!key) return std::move(key).error();
    body["encryptionKey"] = key->reveal();
  }
  Result<std::string> document = services::read_foreign(arguments.from, arguments.file);
  if (!document) return std::move(document).error();
  body["document"] = Json::parse(*document, nullptr, false);
  if (!body["document"].is_object())
    return Error(ErrorKind::bad_request,
                 "The file " + arguments.file + " is no JSON object: it is not the data of " + arguments.from + ", or is damaged.");
  Result<Json> done = ask(channel, "POST", "/api/import", body);
  if (!done) return std::move(done).error();
  if (arguments.json) return Output{0, dump(*done)};
  std::string text;
  for (const Json& change : done->at("changes")) text += "+ " + text_of(change, "kind") + " " + text_of(change, "name") + "\n";
  if (text.empty()) text = "Nothing to take over.\n";
  for (const Json& lost : done->at("notCarried"))
    text += "! " + text_of(lost, "kind") + " " + text_of(lost, "name") + ": " + text_of(lost, "reason") + "\n";
  for (const Json& note : done->at("notes"))
    text += "  " + text_of(note, "kind") + " " + text_of(note, "name") + ": " + text_of(note, "reason") + "\n";
  if (arguments.dry_run) text += "This was a trial; nothing has changed.\n";
  return Output{0, std::move(text)};
}

}  // namespace

Result<Output> run_portable_command(const Arguments& arguments, const config::Environment& environment, Channel& channel) {
  if (arguments.verb == Verb::import_foreign) return take_over(arguments, environment, channel);
  if (arguments.verb == Verb::backup_export) return export_state(arguments, environment, channel);
  return import_state(arguments, environment, channel);
}

}  // namespace omniroute::app
