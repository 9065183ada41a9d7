#include "cli_work.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "omniroute/base/time_text.hpp"
#include "omniroute/http/url.hpp"
#include "omniroute/json/document.hpp"

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t longest_text = 500;
constexpr const char* snippet_time = "2026-01-01T00:00:00.000Z";
constexpr const char* key_mark = "sk-omr-\u2026";

Error with_code(Error error, const char* code) {
  if (error.code.empty()) error.code = code;
  return error;
}

bool is_plain(const std::string& text) {
  const bool control = std::any_of(text.begin(), text.end(), [](unsigned char c) { return c < 0x20 || c == 0x7F; });
  return text.size() <= longest_text && !control && json::valid_utf8(text);
}

/// "127.0.0.1:20128" of an address; loopback goes by one name.
std::string place_of_url(const std::string& base) {
  Result<http::Url> url = http::Url::parse(origin_of_url(base));
  if (!url) return base;
  const bool loopback = url->host == "localhost" || url->host == "::1" || url->host == "127.0.0.1";
  return (loopback ? "loopback" : url->host) + ":" + std::to_string(url->port) + url->target;
}

void replace_all(std::string& text, std::string_view what, const std::string& with) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
}

}  // namespace

std::string CliTools::Work::shown(const std::string& path) const {
  const std::string& home = tools_.host_.home;
  return !home.empty() && path.starts_with(home + "/") ? "~" + path.substr(home.size()) : path;
}

std::string CliTools::Work::path_of(std::size_t file) const {
  return disk_.size() > file ? shown(disk_[file].path) : "~/" + tool_.files[file].paths.back();
}

Error CliTools::Work::in_file(std::size_t file, Error error) const {
  error.message = path_of(file) + ", " + error.message + ". Nothing was changed.";
  return with_code(std::move(error), "cli_file_invalid");
}

Status CliTools::Work::open() {
  if (tool_.files.empty()) return with_code(Error(ErrorKind::conflict, tool_.name + " is set up by hand."), "cli_by_hand");
  if (tools_.host_.hidden == "container")
    return with_code(
        Error(ErrorKind::conflict,
              "This gateway runs in a container and cannot see your files. Run 'omniroute setup' on your machine, use the text to copy, "
              "or set CLI_MODE=host if the tools are in the same container."),
        "cli_hidden");
  if (!tools_.host_.hidden.empty())
    return with_code(Error(ErrorKind::conflict, "This gateway cannot see your files: HOME is not set, or no folder."), "cli_hidden");
  std::vector<std::optional<std::string>> texts;
  for (const CliFile& file : tool_.files) {
    const std::string home = tools_.host_.home + "/";
    std::error_code failure;
    if (!file.passed_over_for.empty() && fs::exists(home + file.passed_over_for, failure))
      return with_code(Error(ErrorKind::conflict, tool_.name + " reads ~/" + file.passed_over_for + " and passes over ~/" +
                                                      file.paths.back() + ". Put the text to copy into it."),
                       "cli_by_hand");
    const auto there = std::find_if(file.paths.begin(), file.paths.end(),
                                    [&](const std::string& path) { return fs::exists(fs::symlink_status(home + path, failure)); });
    Result<DiskFile> read = read_disk_file(home + (there == file.paths.end() ? file.paths.back() : *there));
    if (!read) return with_code(std::move(read).error(), "cli_file_invalid");
    texts.push_back(read->there ? std::optional(read->bytes) : std::nullopt);
    disk_.push_back(*std::move(read));
  }
  std::size_t bad = 0;
  Result<CliTexts> read = CliTexts::read(tool_, texts, bad);
  if (!read) return in_file(bad, std::move(read).error());
  texts_ = *std::move(read);
  return {};
}

Status CliTools::Work::may_write() const {
  if (!tools_.host_.may_write)
    return Error(ErrorKind::forbidden,
                 "Writing other programs' files is switched off (CLI_ALLOW_CONFIG_WRITES=false). Use the text to copy.");
  for (std::size_t i = 0; i < disk_.size(); ++i)
    if (texts_->used(i))
      if (const std::optional<std::string> reason = why_not_writable(disk_[i]))
        return with_code(Error(ErrorKind::conflict, *reason + " Give it the right to (chown, chmod), or use the text to copy."),
                         "cli_file_not_writable");
  return {};
}

Status CliTools::Work::check(const CliChoice& choice) const {
  if (Result<http::Url> url = http::Url::parse(choice.url); !url)
    return Error(ErrorKind::bad_request, "url: " + url.error().message, "url");
  if (choice.url.find('?') != std::string::npos) return Error(ErrorKind::bad_request, "url: takes an address without a query.", "url");
  for (const auto& [slot, model] : choice.models) {
    const bool known = std::any_of(tool_.slots.begin(), tool_.slots.end(), [&](const CliSlot& each) { return each.id == slot; });
    if (!known)
      return Error(ErrorKind::bad_request, "models: " + tool_.name + " has no slot " + slot.substr(0, longest_text) + ".",
                   "models." + slot);
    if (!is_plain(model)) return Error(ErrorKind::bad_request, "models." + slot + ": is no name of a model.", "models." + slot);
  }
  const CliFacts facts = texts_->facts();
  for (const CliSlot& slot : tool_.slots) {
    const auto chosen = choice.models.find(slot.id);
    if (slot.required && (chosen == choice.models.end() || chosen->second.empty()))
      return Error(ErrorKind::bad_request, "models." + slot.id + ": is required; " + tool_.name + " asks for one model by name.",
                   "models." + slot.id);
  }
  if (choice.key.empty() && facts.key.empty())
    return Error(ErrorKind::bad_request, "apiKey: is required, since no key stands in the file yet.", "apiKey");
  if (!is_plain(std::string(choice.key.reveal()))) return Error(ErrorKind::bad_request, "apiKey: is no key.", "apiKey");
  return {};
}

std::string CliTools::Work::fingerprint() const {
  std::string all;
  for (const DiskFile& file : disk_) all += file.target + (file.there ? "\n" + sum_of(file.bytes) : "") + "\n";
  return sum_of(all);
}

Result<CliTexts> CliTools::Work::changed(const CliChoice& choice) const {
  CliTexts texts = *texts_;
  std::size_t bad = 0;
  CliChoice dated = choice;
  dated.now = time_text(std::chrono::duration_cast<std::chrono::milliseconds>(tools_.clock_.wall_now().time_since_epoch()).count());
  if (Status put = texts.put(dated, bad); !put) return in_file(bad, std::move(put).error());
  return texts;
}

CliTexts CliTools::Work::cleared() const {
  CliTexts texts = *texts_;
  texts.take_away();
  return texts;
}

Result<CliRecord> CliTools::Work::write(const CliTexts& texts, CliRecord record) {
  std::vector<DiskFile> kept;
  std::vector<std::string> bytes;
  for (std::size_t i = 0; i < disk_.size(); ++i) {
    if (!texts.used(i) || (disk_[i].there && texts.text(i) == disk_[i].bytes)) continue;
    const DiskFile& file = disk_[i];
    CliCopy copy{file.path, file.target, file.there, file.mode, file.there ? sum_of(file.bytes) : "", sum_of(texts.text(i))};
    record.files.push_back(std::move(copy));
    kept.push_back(file);
    bytes.push_back(texts.text(i));
  }
  if (record.files.empty()) return record;
  Result<CliRecord> made = backups_.keep(std::move(record), kept);
  if (!made) return made;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    Status written = write_disk_file(made->files[i].target, bytes[i], made->files[i].mode);
    if (written) continue;
    // What was written of it goes back, so that there are never half of the files.
    for (std::size_t done = 0; done < i; ++done) {
      const Status back =
          kept[done].there ? write_disk_file(kept[done].target, kept[done].bytes, kept[done].mode) : remove_disk_file(kept[done].target);
      if (!back) return std::move(written).error();
    }
    backups_.forget(*made);
    return std::move(written).error();
  }
  return made;
}

bool is_as_left(const CliCopy& copy) {
  Result<DiskFile> now = read_disk_file(copy.path);
  if (!now) return false;
  if (copy.after.empty()) return !now->there;
  return now->there && now->target == copy.target && sum_of(now->bytes) == copy.after;
}

bool CliTools::Work::is_ours(const std::string& base, const std::string& default_url) const {
  const std::string place = place_of_url(base);
  if (place == place_of_url(default_url)) return true;
  const std::vector<CliRecord> records = backups_.list();
  return std::any_of(records.begin(), records.end(),
                     [&](const CliRecord& each) { return !each.url.empty() && place == place_of_url(each.url); });
}

Json cli_snippets(const CliTool& tool, const std::string& url) {
  Json all = Json::array();
  std::map<std::string, std::string> models;
  for (const CliSlot& slot : tool.slots) models[slot.id] = "<" + slot.id + ">";
  if (!tool.guide.empty()) {
    std::string text = tool.guide;
    replace_all(text, "{origin}", origin_of_url(url));
    replace_all(text, "{base}", origin_of_url(url) + "/v1");
    replace_all(text, "{key}", key_mark);
    replace_all(text, "{model}", "<model>");
    all.push_back({{"file", tool.files.empty() ? Json(nullptr) : Json("~/" + tool.files.front().passed_over_for)},
                   {"language", tool.guide_language},
                   {"text", std::move(text)}});
  }
  if (tool.files.empty()) return all;
  std::size_t bad = 0;
  Result<CliTexts> texts = CliTexts::read(tool, std::vector<std::optional<std::string>>(tool.files.size()), bad);
  CliChoice choice;
  choice.url = url;
  choice.key = Secret(key_mark);
  choice.now = snippet_time;
  choice.models = std::move(models);
  if (!texts || !texts->put(choice, bad)) return all;
  for (std::size_t i = 0; i < tool.files.size(); ++i)
    if (texts->used(i))
      all.push_back(
          {{"file", "~/" + tool.files[i].paths.back()}, {"language", tool.files[i].toml ? "toml" : "json"}, {"text", texts->text(i)}});
  return all;
}

}  // namespace omniroute::services
