#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>

#include "store_fixture.hpp"

namespace omniroute::store {
namespace {

namespace fs = std::filesystem;

int mode_of(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 ? static_cast<int>(info.st_mode & 0777) : -1;
}

/// Runs SQL on a file behind the store's back.
void run_sql(const std::string& path, const std::string& sql) {
  sqlite3* handle = nullptr;
  ASSERT_EQ(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  ASSERT_EQ(sqlite3_exec(handle, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(handle);
  sqlite3_close(handle);
}

std::map<std::string, std::string> all_files(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file()) files[entry.path().string()] = test::content_of(entry.path().string());
  return files;
}

class OpenTest : public StoreTest {
 protected:
  void expect_refused(const std::string& words, const std::string& key_text = "") {
    auto refused = try_open(key_text);
    ASSERT_FALSE(refused);
    EXPECT_NE(refused.error().message.find(words), std::string::npos) << refused.error().message;
  }
  /// Refused with these words, and the files are byte for byte as they were.
  void expect_refused_untouched(const std::string& words, const std::string& key_text = "") {
    auto before = all_files(data());
    expect_refused(words, key_text);
    auto after = all_files(data());
    for (auto* files : {&before, &after}) {
      files->erase(file("omniroute.lock"));
      files->erase(file("storage.sqlite-shm"));  // SQLite's index into the log, made anew at each opening
    }
    EXPECT_TRUE(before == after) << "files were touched";
  }
};

TEST_F(OpenTest, EverythingIsForTheOwnerAloneWhateverTheUmask) {
  for (const mode_t mask : {0000U, 0077U, 0777U}) {
    fs::remove_all(data());
    const mode_t before = ::umask(mask);
    auto database = try_open();
    if (database) {
      (void)save(**database, account("a", "key"));
      (*database)->append({});
      (void)test::run_task((*database)->flush());
      (void)test::run_task((*database)->backup_to(file("copy.sqlite")));
    }
    ::umask(before);
    ASSERT_TRUE(database) << database.error().message;
    EXPECT_EQ(mode_of(data()), 0700);
    int seen = 0;
    for (const auto& entry : fs::directory_iterator(data())) {
      EXPECT_EQ(mode_of(entry.path().string()), 0600) << entry.path() << " with umask " << mask;
      ++seen;
    }
    EXPECT_GE(seen, 9) << "two databases with log and index, key, lock, copy";
  }
}

TEST_F(OpenTest, ClosesToOthersWhatWasOpen) {
  open().reset();
  ASSERT_EQ(::chmod(data().c_str(), 0755), 0);
  ASSERT_EQ(::chmod(file("storage.sqlite").c_str(), 0644), 0);
  open().reset();
  EXPECT_EQ(mode_of(data()), 0700);
  EXPECT_EQ(mode_of(file("storage.sqlite")), 0600);
}

TEST_F(OpenTest, ASecondProcessIsRefusedAndToldWho) {
  auto first = open();
  expect_refused("process " + std::to_string(::getpid()));
  first.reset();
  EXPECT_TRUE(try_open());
}

TEST_F(OpenTest, AFolderThatCannotBeMadeIsNamed) {
  OpenOptions options;
  options.directory = "/proc/omniroute/data";
  auto refused = Database::open(std::move(options), clock_);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("/proc/omniroute"), std::string::npos);
  EXPECT_NE(refused.error().message.find("DATA_DIR"), std::string::npos);
}

TEST_F(OpenTest, AFileInPlaceOfTheFolderIsRefused) {
  test::write_file(data(), "x");
  expect_refused("is a file");
}

TEST_F(OpenTest, AFolderSharedByAllUsersIsRefused) {
  fs::create_directory(data());
  ASSERT_EQ(::chmod(data().c_str(), 01777), 0);
  expect_refused("shared by all users");
  EXPECT_EQ(mode_of(data()), 0777);
}

TEST_F(OpenTest, AFolderInPlaceOfTheDatabaseIsNamed) {
  fs::create_directories(file("storage.sqlite"));
  expect_refused("storage.sqlite");
}

TEST_F(OpenTest, GarbageInPlaceOfADatabaseIsRefusedAndKept) {
  open().reset();
  test::write_file(file("storage.sqlite"), std::string(8192, '!'));
  expect_refused_untouched("storage.sqlite is no database");
}

TEST_F(OpenTest, ADamagedPageIsFoundAndNothingIsOverwritten) {
  {
    auto database = open();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(save(*database, account("id-" + std::to_string(i), "key")));
  }
  std::string content = test::content_of(file("storage.sqlite"));
  ASSERT_GT(content.size(), 60'000U);
  for (std::size_t page = 8; page < content.size() / 4096; ++page) content.replace(page * 4096, 64, std::string(64, '\x5a'));
  test::write_file(file("storage.sqlite"), content);
  expect_refused_untouched("is damaged");
}

TEST_F(OpenTest, ACutFileIsRefused) {
  {
    auto database = open();
    for (int i = 0; i < 200; ++i) ASSERT_TRUE(save(*database, account("id-" + std::to_string(i), "key")));
  }
  const std::string content = test::content_of(file("storage.sqlite"));
  test::write_file(file("storage.sqlite"), content.substr(0, content.size() / 2));
  expect_refused_untouched("is damaged");
}

TEST_F(OpenTest, ADamagedTelemetryDatabaseIsNamed) {
  open().reset();
  test::write_file(file("telemetry.sqlite"), std::string(8192, '!'));
  expect_refused("telemetry.sqlite");
}

TEST_F(OpenTest, ANewerSchemaIsRefusedAndKept) {
  open().reset();
  run_sql(file("storage.sqlite"), "PRAGMA user_version=99");
  expect_refused_untouched("newer OmniRoute (schema 99");
}

TEST_F(OpenTest, ADatabaseOfAnotherProgramIsRefusedAndKept) {
  fs::create_directory(data());
  run_sql(file("storage.sqlite"), "CREATE TABLE provider_connections (id TEXT); INSERT INTO provider_connections VALUES ('precious')");
  expect_refused_untouched("another program");
}

TEST_F(OpenTest, WhatWasSavedIsThereAfterAReopening) {
  {
    auto database = open();
    ASSERT_TRUE(save(*database, account("a", "sk-secret")));
  }
  auto database = open();
  const auto all = accounts(*database);
  ASSERT_EQ(all.size(), 1U);
  EXPECT_EQ(all[0].api_key.reveal(), "sk-secret");
  EXPECT_TRUE(all[0].active);
}

TEST_F(OpenTest, NoFileHoldsASecretInTheClear) {
  auto database = open();
  ASSERT_TRUE(save(*database, account("a", "sk-very-secret-key")));
  ASSERT_TRUE(write(*database,
                    [](Transaction& t) { return SettingsTable(t).save("https_proxy", Secret("\"http://u:settingspassword@p\""), true); }));
  ASSERT_TRUE(test::run_task(database->backup_to(file("copy.sqlite"))));
  database.reset();
  for (const auto& [path, content] : all_files(data()))
    for (const char* secret : {"very-secret", "proxypassword", "settingspassword"})
      EXPECT_EQ(content.find(secret), std::string::npos) << secret << " in " << path;
}

TEST_F(OpenTest, TheKeyFileLiesBesideTheDatabaseAndInNoBackup) {
  auto database = open();
  const std::string key_file = test::content_of(file("master.key"));
  EXPECT_EQ(key_file.size(), 24U + 43U + 1U);
  ASSERT_TRUE(test::run_task(database->backup_to(file("copy.sqlite"))));
  database.reset();
  const std::string key = key_file.substr(24, 43);
  EXPECT_EQ(test::content_of(file("copy.sqlite")).find(key), std::string::npos);
  EXPECT_EQ(test::content_of(file("storage.sqlite")).find(key), std::string::npos);
}

TEST_F(OpenTest, AMissingKeyFileIsNeverReplaced) {
  {
    auto database = open();
    ASSERT_TRUE(save(*database, account("a", "key")));
  }
  fs::rename(file("master.key"), folder_.file("kept.key"));
  expect_refused_untouched("master.key is missing");
  EXPECT_FALSE(fs::exists(file("master.key")));
  fs::rename(folder_.file("kept.key"), file("master.key"));
  auto database = open();
  EXPECT_EQ(accounts(*database).at(0).api_key.reveal(), "key");
}

TEST_F(OpenTest, AnotherKeyFileIsNoticedAtTheStart) {
  open().reset();
  std::string other = test::content_of(file("master.key"));
  other[30] = other[30] == 'A' ? 'B' : 'A';
  test::write_file(file("master.key"), other);
  expect_refused_untouched("sealed with another key");
}

TEST_F(OpenTest, ADamagedKeyFileIsNamed) {
  open().reset();
  test::write_file(file("master.key"), "omniroute-master-key-v1 cut");
  expect_refused_untouched("master.key is damaged");
}

TEST_F(OpenTest, TheOwnersTextSealsInPlaceOfTheFile) {
  for (const std::string text : {"short", "a long text that nobody will guess, ever: 8d0f2c"}) {
    fs::remove_all(data());
    {
      auto database = open(text);
      ASSERT_TRUE(save(*database, account("a", "key")));
    }
    EXPECT_FALSE(fs::exists(file("master.key")));
    expect_refused_untouched("sealed with another key", text + "x");
    expect_refused_untouched("master.key is missing", "");
    auto database = open(text);
    EXPECT_EQ(accounts(*database).at(0).api_key.reveal(), "key");
  }
}

TEST_F(OpenTest, ATextWhereTheFileWasUsedIsNoticed) {
  open().reset();
  expect_refused_untouched("unset it if the file master.key was used", "some text");
}

TEST_F(OpenTest, AnAlteredSealingKeyIsNoticed) {
  open().reset();
  run_sql(file("storage.sqlite"), "UPDATE sealing_keys SET wrapped = CAST(substr(wrapped, 1, length(wrapped) - 2) || x'0000' AS BLOB)");
  expect_refused("was altered");
}

TEST_F(OpenTest, ASecretMovedToAnotherRowDoesNotOpenAndTheOthersStay) {
  {
    auto database = open();
    ASSERT_TRUE(save(*database, account("cheap", "key of cheap")));
    ASSERT_TRUE(save(*database, account("dear", "key of dear")));
  }
  run_sql(file("storage.sqlite"), "UPDATE accounts SET api_key = (SELECT api_key FROM accounts WHERE id = 'dear') WHERE id = 'cheap'");
  auto database = open();
  const auto all = accounts(*database);
  ASSERT_EQ(all.size(), 2U);
  for (const auto& row : all) {
    const bool whole = row.id == "dear";
    EXPECT_EQ(row.active, whole);
    EXPECT_EQ(row.api_key.reveal(), whole ? "key of dear" : "");
    EXPECT_EQ(row.last_error.empty(), whole);
  }
}

TEST_F(OpenTest, ASecretMovedToAnotherColumnDoesNotOpen) {
  {
    auto database = open();
    ASSERT_TRUE(save(*database, account("a", "key")));
  }
  run_sql(file("storage.sqlite"), "UPDATE accounts SET proxy = api_key");
  auto database = open();
  EXPECT_TRUE(accounts(*database).at(0).proxy.empty());
  EXPECT_FALSE(accounts(*database).at(0).active);
}

TEST_F(OpenTest, AnAlteredSettingIsPassedOver) {
  {
    auto database = open();
    ASSERT_TRUE(write(*database, [](Transaction& t) { return SettingsTable(t).save("https_proxy", Secret("\"x\""), true); }));
    ASSERT_TRUE(write(*database, [](Transaction& t) { return SettingsTable(t).save("log_level", Secret("\"debug\""), false); }));
  }
  run_sql(file("storage.sqlite"), "UPDATE settings SET sealed = x'0102' WHERE key = 'https_proxy'");
  auto database = open();
  auto all = read<std::vector<StoredSetting>>(*database, [](Transaction& t) { return SettingsTable(t).all(); });
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].json.reveal(), "\"debug\"");
}

TEST_F(OpenTest, ABackupIsAWholeDatabase) {
  auto database = open();
  ASSERT_TRUE(save(*database, account("a", "key")));
  ASSERT_TRUE(test::run_task(database->backup_to(file("copy.sqlite"))));
  const auto again = test::run_task(database->backup_to(file("copy.sqlite")));
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().kind, ErrorKind::conflict);
  ASSERT_TRUE(save(*database, account("b", "later")));
  database.reset();
  fs::rename(file("copy.sqlite"), file("storage.sqlite"));
  auto restored = open();
  ASSERT_EQ(accounts(*restored).size(), 1U);
  EXPECT_EQ(accounts(*restored)[0].api_key.reveal(), "key");
}

TEST_F(OpenTest, StartsWithinMilliseconds) {
  open().reset();
  auto best = std::chrono::steady_clock::duration::max();
  for (int i = 0; i < 5; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    auto database = open();
    best = std::min(best, std::chrono::steady_clock::now() - begin);
  }
  RecordProperty("microseconds", static_cast<int>(std::chrono::duration_cast<std::chrono::microseconds>(best).count()));
  // A few milliseconds on a quiet machine; the bound leaves room for sanitizers and only catches a change of kind.
  EXPECT_LT(best, std::chrono::milliseconds(250));
}

}  // namespace
}  // namespace omniroute::store
