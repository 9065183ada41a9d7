#include "omniroute/crypto/foreign_field.hpp"

#include <gtest/gtest.h>

namespace omniroute::crypto {
namespace {

/// Made with Python's hashlib.scrypt and cryptography's AESGCM.
constexpr std::string_view field =
    "enc:v1:000102030405060708090a0b0c0d0e0f:eafab88249f925b44cd9"
    "68d100a2fc03:9d3387e4db51d2ad1e6c5fa2f87d7363";

TEST(ForeignField, OpensWithItsKeyAlone) {
  const Result<ForeignFields> right = ForeignFields::with(Secret("a key of the original"));
  const Result<ForeignFields> wrong = ForeignFields::with(Secret("another key"));
  ASSERT_TRUE(right && wrong);
  const std::optional<Secret> opened = right->open(field);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->reveal(), "gsk-carried-over");
  EXPECT_FALSE(wrong->open(field));
}

TEST(ForeignField, WhatIsDamagedDoesNotOpen) {
  const Result<ForeignFields> fields = ForeignFields::with(Secret("a key of the original"));
  ASSERT_TRUE(fields);
  for (std::size_t size = 0; size < field.size(); ++size) EXPECT_FALSE(fields->open(field.substr(0, size))) << size;
  for (std::size_t at = 7; at < field.size(); at += 5) {
    std::string altered(field);
    altered[at] = altered[at] == '0' ? '1' : '0';
    EXPECT_FALSE(fields->open(altered)) << at;
  }
  EXPECT_FALSE(ForeignFields::encrypted("gsk-plain"));
  EXPECT_FALSE(fields->open("gsk-plain"));
}

}  // namespace
}  // namespace omniroute::crypto
