#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "omniroute/crypto/digest.hpp"
#include "omniroute/crypto/encoding.hpp"
#include "omniroute/crypto/gateway_key.hpp"
#include "omniroute/crypto/password.hpp"
#include "omniroute/crypto/random.hpp"
#include "omniroute/crypto/sealing.hpp"

namespace omniroute::crypto {
namespace {

std::string unhex(std::string_view text) { return from_hex(text).value(); }
SealingKey key_of_byte(std::uint8_t byte) {
  SealingKey::Bytes bytes{};
  bytes.fill(byte);
  return SealingKey(bytes);
}

TEST(Sha256, MatchesTheStandardsVectors) {
  EXPECT_EQ(to_hex(sha256("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha256(std::string(1'000'000, 'a'))), "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, GivesTheSameOnEveryThread) {
  std::vector<Sha256> digests(8);
  std::vector<std::thread> threads;
  for (auto& digest : digests) threads.emplace_back([&digest] { digest = sha256("the same text"); });
  for (auto& thread : threads) thread.join();
  for (const auto& digest : digests) EXPECT_EQ(digest, sha256("the same text"));
}

TEST(HmacSha256, MatchesRfc4231) {
  EXPECT_EQ(to_hex(hmac_sha256("Jefe", "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(HkdfSha256, MatchesTheFirstBlockOfRfc5869) {
  // Test case 1 asks for 42 bytes; the first 32 are the first block.
  EXPECT_EQ(to_hex(hkdf_sha256(std::string(22, '\x0b'), unhex("000102030405060708090a0b0c"), unhex("f0f1f2f3f4f5f6f7f8f9"))),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
}

TEST(Crc32, MatchesTheCheckValueOfItsCatalogue) { EXPECT_EQ(crc32("123456789"), 0xCBF43926U); }

TEST(ConstantTimeEqual, ComparesContentAndLength) {
  EXPECT_TRUE(constant_time_equal("abc", "abc"));
  EXPECT_FALSE(constant_time_equal("abc", "abd"));
  EXPECT_FALSE(constant_time_equal("abc", "ab"));
  EXPECT_TRUE(constant_time_equal("", ""));
}

TEST(Base64url, WritesRfc4648WithoutPadding) {
  const std::vector<std::pair<std::string_view, std::string_view>> vectors{
      {"", ""}, {"f", "Zg"}, {"fo", "Zm8"}, {"foo", "Zm9v"}, {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"}};
  for (const auto& [plain, encoded] : vectors) {
    EXPECT_EQ(to_base64url(bytes_of(plain)), encoded);
    EXPECT_EQ(from_base64url(encoded), std::string(plain));
  }
  EXPECT_EQ(to_base64url(bytes_of("\xfb\xff")), "-_8");
}

TEST(Base64url, RefusesWhatIsNotExactlyIt) {
  for (const std::string_view text : {"Z", "Zg==", "Zm9v Yg", "Zm+v", "Zh", "Zm9"}) EXPECT_FALSE(from_base64url(text)) << text;
}

TEST(Hex, ReadsBothCasesAndRefusesTheRest) {
  EXPECT_EQ(from_hex("00fFaB"), std::string("\x00\xff\xab", 3));
  EXPECT_FALSE(from_hex("0"));
  EXPECT_FALSE(from_hex("0g"));
}

TEST(Random, IdsAreVersion4UuidsAndDiffer) {
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.insert(random_id());
  EXPECT_EQ(ids.size(), 200U);
  for (const auto& id : ids) {
    ASSERT_EQ(id.size(), 36U);
    EXPECT_EQ(id[14], '4');
    EXPECT_NE(std::string_view("89ab").find(id[19]), std::string_view::npos);
    EXPECT_EQ(id[8], '-');
    EXPECT_EQ(id[23], '-');
  }
  EXPECT_EQ(random_token(32).size(), 43U);
  std::set<std::string> tokens;
  for (int i = 0; i < 200; ++i) tokens.insert(random_token(15));  // more than one block's worth
  EXPECT_EQ(tokens.size(), 200U);
  for (const auto& token : tokens) EXPECT_EQ(token.find("AAAAAAAA"), std::string::npos) << "wiped bytes were handed out";
}

TEST(Random, UlidsSortByTheirTimeAndDiffer) {
  const WallTime then{std::chrono::milliseconds(1'469'918'176'385)};  // the example of the ULID specification
  EXPECT_EQ(ulid(then).substr(0, 10), "01ARYZ6S41");
  EXPECT_LT(ulid(then), ulid(then + std::chrono::milliseconds(1)));
  std::set<std::string> ids;
  for (int i = 0; i < 200; ++i) ids.insert(ulid(then));
  EXPECT_EQ(ids.size(), 200U);
  for (const auto& id : ids) {
    EXPECT_EQ(id.size(), 26U);
    EXPECT_EQ(id.find_first_not_of("0123456789ABCDEFGHJKMNPQRSTVWXYZ"), std::string::npos);
  }
}

TEST(Sealing, OpensWhatItSealed) {
  const SealingKey key = SealingKey::random();
  for (const std::size_t size : {0U, 1U, 15U, 16U, 10'000U}) {
    const std::string plain(size, 'x');
    const auto sealed = key.seal(plain, "accounts/1/api_key");
    ASSERT_TRUE(sealed);
    const auto opened = key.open(*sealed, "accounts/1/api_key");
    ASSERT_TRUE(opened) << opened.error().message;
    EXPECT_EQ(opened->reveal(), plain);
  }
}

TEST(Sealing, NeverSealsTheSameTwice) {
  const SealingKey key = key_of_byte(7);
  EXPECT_NE(*key.seal("secret", "here"), *key.seal("secret", "here"));
}

TEST(Sealing, HidesThePlainText) {
  const auto sealed = key_of_byte(7).seal("sk-very-secret", "here");
  EXPECT_EQ(sealed->find("very"), std::string::npos);
}

TEST(Sealing, EveryAlteredByteIsNoticed) {
  const SealingKey key = key_of_byte(1);
  const std::string sealed = *key.seal("secret", "accounts/1/api_key");
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    std::string altered = sealed;
    altered[i] = static_cast<char>(altered[i] ^ 1);
    EXPECT_FALSE(key.open(altered, "accounts/1/api_key")) << "byte " << i;
  }
}

TEST(Sealing, CutRecordsAreRefused) {
  const SealingKey key = key_of_byte(1);
  const std::string sealed = *key.seal("secret", "p");
  for (std::size_t size = 0; size < sealed.size(); ++size) EXPECT_FALSE(key.open(sealed.substr(0, size), "p")) << size;
}

TEST(Sealing, ARecordMovedToAnotherPlaceDoesNotOpen) {
  const SealingKey key = key_of_byte(1);
  const std::string sealed = *key.seal("secret", "accounts/1/api_key");
  EXPECT_FALSE(key.open(sealed, "accounts/2/api_key"));
  EXPECT_FALSE(key.open(sealed, "accounts/1/proxy"));
}

TEST(Sealing, TellsAnotherKeyFromAnAlteredRecord) {
  const std::string sealed = *key_of_byte(1).seal("secret", "p");
  const auto opened = key_of_byte(2).open(sealed, "p");
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("another key"), std::string::npos);
  EXPECT_EQ(SealingKey::key_of(sealed), key_of_byte(1).id());
}

TEST(Password, VerifiesItsOwnHashAndNoOtherWord) {
  const auto hash = hash_password(Secret("correct horse"));
  ASSERT_TRUE(hash);
  EXPECT_TRUE(hash->starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
  EXPECT_TRUE(verify_password(Secret("correct horse"), *hash));
  EXPECT_FALSE(verify_password(Secret("correct horsf"), *hash));
}

TEST(Password, RefusesHashesThatAreNotOursOrCostTooMuch) {
  EXPECT_FALSE(verify_password(Secret("x"), ""));
  EXPECT_FALSE(verify_password(Secret("x"), "plain text"));
  EXPECT_FALSE(verify_password(Secret("x"), "$argon2id$v=19$m=99999999,t=2,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"));
  EXPECT_FALSE(verify_password(Secret("x"), "$argon2id$v=19$m=19456,t=9999,p=1$c29tZXNhbHQ$AAAAAAAAAAAAAAAAAAAAAA"));
}

TEST(Password, StretchedTextDependsOnTextAndSalt) {
  const auto key = stretch_text(Secret("text"), "0123456789abcdef");
  ASSERT_TRUE(key);
  EXPECT_EQ(*key, *stretch_text(Secret("text"), "0123456789abcdef"));
  EXPECT_NE(*key, *stretch_text(Secret("texu"), "0123456789abcdef"));
  EXPECT_NE(*key, *stretch_text(Secret("text"), "0123456789abcdeg"));
}

TEST(GatewayKey, IsWellFormedAndUnlikeTheLast) {
  const Secret key = make_gateway_key();
  EXPECT_EQ(key.reveal().size(), 57U);
  EXPECT_TRUE(key.reveal().starts_with("sk-omr-"));
  EXPECT_TRUE(gateway_key_well_formed(key.reveal()));
  EXPECT_NE(key.reveal(), make_gateway_key().reveal());
}

TEST(GatewayKey, EveryTypingErrorIsRefused) {
  const std::string key(make_gateway_key().reveal());
  for (std::size_t i = 0; i < key.size(); ++i) {
    std::string mistyped = key;
    mistyped[i] = mistyped[i] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(gateway_key_well_formed(mistyped)) << "character " << i;
  }
  EXPECT_FALSE(gateway_key_well_formed(""));
  EXPECT_FALSE(gateway_key_well_formed(key.substr(1)));
  EXPECT_FALSE(gateway_key_well_formed(key + "A"));
  EXPECT_FALSE(gateway_key_well_formed("another-vendors-key"));
}

}  // namespace
}  // namespace omniroute::crypto
