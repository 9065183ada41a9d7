#include "omniroute/services/backups.hpp"

#include <fmt/chrono.h>

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "omniroute/base/log.hpp"

namespace omniroute::services {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view stem = "storage-";
constexpr std::string_view extension = ".sqlite";
constexpr std::size_t longest_name = 100;
constexpr auto look_again = std::chrono::minutes(10);

/// "storage-20260220T123456Z-manual.sqlite" and nothing that leads elsewhere.
bool is_name(std::string_view name) {
  if (name.size() > longest_name || !name.starts_with(stem) || !name.ends_with(extension)) return false;
  return std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::string reason_of(std::string_view name) {
  name.remove_suffix(extension.size());
  const std::size_t dash = name.find('-', stem.size());
  return dash == std::string_view::npos ? std::string() : std::string(name.substr(dash + 1));
}

std::string time_of(WallTime time) { return fmt::format("{:%Y%m%dT%H%M%SZ}", fmt::gmtime(std::chrono::system_clock::to_time_t(time))); }

std::int64_t ms_of(fs::file_time_type time) {
  const auto wall = std::chrono::file_clock::to_sys(time);
  return std::chrono::duration_cast<std::chrono::milliseconds>(wall.time_since_epoch()).count();
}

}  // namespace

std::string Backups::folder() const { return database_.directory() + "/db_backups"; }

std::string Backups::path_of(const std::string& id) const {
  std::error_code failure;
  if (!is_name(id) || !fs::is_regular_file(folder() + "/" + id, failure)) return "";
  return folder() + "/" + id;
}

Result<std::vector<BackupFile>> Backups::list() const {
  std::vector<BackupFile> files;
  std::error_code failure;
  if (!fs::exists(folder(), failure)) return files;
  for (fs::directory_iterator entry(folder(), failure), end; !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (!is_name(name)) continue;
    std::error_code gone;  // between listing and looking
    BackupFile file{name, ms_of(entry->last_write_time(gone)), static_cast<std::int64_t>(entry->file_size(gone)), reason_of(name)};
    if (!gone) files.push_back(std::move(file));
  }
  if (failure) return Error(ErrorKind::internal, "The folder " + folder() + " cannot be read: " + failure.message() + ".");
  std::sort(files.begin(), files.end(), [](const BackupFile& a, const BackupFile& b) {
    return a.created_ms != b.created_ms ? a.created_ms > b.created_ms : a.id > b.id;
  });
  return files;
}

Task<Result<BackupFile>> Backups::make(std::string reason) {
  const std::string begin = std::string(stem) + time_of(clock_.wall_now()) + "-" + reason;
  std::string name = begin + std::string(extension);
  std::error_code failure;
  for (int number = 2; fs::exists(folder() + "/" + name, failure); ++number)
    name = begin + "-" + std::to_string(number) + std::string(extension);
  if (!fs::exists(folder(), failure)) {
    fs::create_directory(folder(), failure);
    fs::permissions(folder(), fs::perms::owner_all, failure);
  }
  Status copied = co_await database_.backup_to(folder() + "/" + name);
  if (!copied) co_return std::move(copied).error();
  thin_out();
  log::info("backup made: file={}", name);
  const auto bytes = static_cast<std::int64_t>(fs::file_size(folder() + "/" + name, failure));
  BackupFile made{name, std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count(), bytes, reason};
  co_return made;
}

void Backups::thin_out() const {
  Result<std::vector<BackupFile>> files = list();
  if (!files) return;
  const auto most = static_cast<std::size_t>(publisher_.current()->settings().backup_keep);
  std::size_t kept = 0;
  for (const BackupFile& file : *files) {
    // What a person asked for, and what is the way back from a change, is the person's to remove.
    if (file.reason.starts_with("scheduled") && ++kept > most)
      if (Status removed = remove(file.id); !removed) log::warn("old backup stays: {}", removed.error().message);
  }
}

Status Backups::remove(const std::string& id) const {
  const std::string path = path_of(id);
  if (path.empty()) return Error(ErrorKind::not_found, "There is no backup " + id.substr(0, longest_name) + ".");
  std::error_code failure;
  if (!fs::remove(path, failure)) return Error(ErrorKind::internal, "The backup " + id + " cannot be removed: " + failure.message() + ".");
  return {};
}

Task<Result<BackupContent>> Backups::verify(std::string id) {
  const std::string path = path_of(id);
  if (path.empty()) co_return Error(ErrorKind::not_found, "There is no backup " + id.substr(0, longest_name) + ".");
  Result<store::BackupCheck> checked = co_await database_.check_backup(path);
  if (!checked) co_return std::move(checked).error();
  BackupContent content{checked->schema, checked->connections, checked->nodes, checked->keys};
  co_return content;
}

Task<Status> Backups::put_in_place(std::string path, std::string label, std::string reason) {
  Result<BackupFile> kept = co_await make(std::move(reason));
  if (!kept) co_return std::move(kept).error();
  Status restored = co_await database_.restore_from(std::move(path));
  if (!restored) co_return restored;
  Status loaded = co_await editor_.load();
  if (!loaded) co_return loaded;
  Status entered = co_await login_.reload();
  if (!entered) co_return entered;
  log::warn("configuration replaced: by={} before={}", label, kept->id);
  co_return Status();
}

Task<Result<BackupContent>> Backups::restore(std::string id) {
  Result<BackupContent> content = co_await verify(id);
  if (!content) co_return content;
  Status done = co_await put_in_place(path_of(id), id, "pre-restore");
  if (!done) co_return std::move(done).error();
  co_return content;
}

Task<void> Backups::keep(net::Worker& worker) {
  for (;;) {
    const Tick next = worker.clock().now() + look_again;
    co_await worker.sleep_until(next);
    if (worker.clock().now() < next) co_return;
    const std::int64_t hours = publisher_.current()->settings().backup_interval_hours;
    Result<std::vector<BackupFile>> files = list();
    if (hours == 0 || !files) continue;
    const auto newest =
        std::find_if(files->begin(), files->end(), [](const BackupFile& file) { return file.reason.starts_with("scheduled"); });
    const auto now = std::chrono::duration_cast<std::chrono::milliseconds>(clock_.wall_now().time_since_epoch()).count();
    const bool due = newest == files->end() || now - newest->created_ms >= hours * 3'600'000 || newest->created_ms > now;
    if (!due) continue;
    Result<BackupFile> made = co_await make("scheduled");
    if (!made) log::error("the scheduled backup failed: {}", made.error().message);
  }
}

}  // namespace omniroute::services
