#include "omniroute/crypto/passphrase.hpp"

#include <gtest/gtest.h>

#include "omniroute/crypto/digest.hpp"

namespace omniroute::crypto {
namespace {

constexpr std::size_t head = 62;
constexpr std::size_t chunk = (1 << 16) + 16;

const Secret& passphrase() {
  static const Secret phrase("correct horse battery staple");
  return phrase;
}

/// Two full chunks and a short one. Sealed once: each passphrase costs half a second.
const std::string& content() {
  static const std::string text = [] {
    std::string long_text;
    for (int i = 0; long_text.size() < 140'000; ++i) long_text += std::to_string(i) + ' ';
    return long_text;
  }();
  return text;
}
const std::string& sealed() {
  static const std::string file = *seal_with_passphrase(content(), passphrase());
  return file;
}

ErrorKind refused(const std::string& file, const std::string& words) {
  const Result<Secret> opened = open_with_passphrase(file, passphrase());
  EXPECT_FALSE(opened);
  if (opened) return ErrorKind::internal;
  EXPECT_NE(opened.error().message.find(words), std::string::npos) << opened.error().message;
  return opened.error().kind;
}

std::string with_sound_head(std::string file) {
  const Sha256 sum = sha256(std::string_view(file).substr(0, 46));
  file.replace(46, 16, reinterpret_cast<const char*>(sum.data()), 16);
  return file;
}

TEST(PassphraseFile, OpensWithItsPassphraseAndShowsNothingOfItself) {
  const Result<Secret> opened = open_with_passphrase(sealed(), passphrase());
  ASSERT_TRUE(opened) << opened.error().message;
  EXPECT_EQ(opened->reveal(), content());
  EXPECT_EQ(sealed().size(), head + content().size() + 3 * 16);
  EXPECT_EQ(sealed().find("100 101 102"), std::string::npos);
}

TEST(PassphraseFile, ContentThatFillsItsChunksEndsInAnEmptyOne) {
  const std::string full(1 << 16, 'x');
  const Result<std::string> file = seal_with_passphrase(full, passphrase());
  ASSERT_TRUE(file);
  EXPECT_EQ(file->size(), head + chunk + 16);
  const Result<Secret> opened = open_with_passphrase(*file, passphrase());
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), full);
  EXPECT_EQ(refused(file->substr(0, head + chunk), "damaged"), ErrorKind::conflict) << "the empty end was cut off";
}

TEST(PassphraseFile, AnotherPassphraseIsToldFromDamage) {
  const Result<Secret> opened = open_with_passphrase(sealed(), Secret("incorrect horse battery"));
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, "wrong_passphrase");
  EXPECT_EQ(opened.error().param, "passphrase");
  EXPECT_FALSE(seal_with_passphrase("x", Secret("short")));
}

TEST(PassphraseFile, WhatWasAlteredCutOrSwappedIsRefused) {
  std::string flipped = sealed();
  flipped[head + 40'000] = static_cast<char>(flipped[head + 40'000] ^ 1);
  EXPECT_EQ(refused(flipped, "damaged"), ErrorKind::conflict);
  EXPECT_EQ(refused(sealed().substr(0, head + 2 * chunk), "damaged"), ErrorKind::conflict) << "cut between chunks";
  EXPECT_EQ(refused(sealed().substr(0, sealed().size() - 5), "damaged"), ErrorKind::conflict);
  const std::string swapped =
      sealed().substr(0, head) + sealed().substr(head + chunk, chunk) + sealed().substr(head, chunk) + sealed().substr(head + 2 * chunk);
  EXPECT_EQ(refused(swapped, "damaged"), ErrorKind::conflict);
}

TEST(PassphraseFile, ItsHeadIsCheckedBeforeAnyWorkIsDone) {
  EXPECT_EQ(refused("", "no file of"), ErrorKind::conflict);
  EXPECT_EQ(refused("SQLite format 3" + std::string(100, 'x'), "no file of"), ErrorKind::conflict);
  EXPECT_EQ(refused(sealed().substr(0, 40), "middle of its head"), ErrorKind::conflict);
  std::string flipped = sealed();
  flipped[20] = static_cast<char>(flipped[20] ^ 1);
  EXPECT_EQ(refused(flipped, "head was altered"), ErrorKind::conflict);
  std::string newer = sealed();
  newer[8] = 2;
  EXPECT_EQ(refused(newer, "newer OmniRoute"), ErrorKind::unsupported);
  struct Greed {
    std::size_t at;
    char value;
  };
  for (const Greed& greed : {Greed{9, 7}, Greed{10, 63}, Greed{10, 2}, Greed{11, 0}, Greed{11, 127}, Greed{12, 100}, Greed{13, 31}}) {
    std::string greedy = sealed();
    greedy[greed.at] = greed.value;
    EXPECT_EQ(refused(with_sound_head(greedy), "more work"), ErrorKind::conflict) << greed.at;
  }
}

}  // namespace
}  // namespace omniroute::crypto
