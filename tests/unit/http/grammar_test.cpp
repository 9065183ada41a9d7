#include "grammar.hpp"

#include <gtest/gtest.h>

#include <string>

namespace omniroute::http {
namespace {

TEST(Grammar, AValueIsJudgedByEachOfItsBytesWhereverItStands) {
  for (unsigned c = 0; c < 256; ++c) {
    const bool fits = c == '\t' || (c >= 0x20 && c != 0x7f);  // RFC 9110, section 5.5
    for (std::size_t size = 1; size <= 20; ++size) {
      for (std::size_t at = 0; at < size; ++at) {
        std::string text(size, '\xff');
        text[at] = static_cast<char>(c);
        ASSERT_EQ(is_value(text), fits) << "byte " << c << " at " << at << " of " << size;
        if (at + 1 < size) text[at + 1] = ' ';
        ASSERT_EQ(is_value(text), fits) << "byte " << c << " before a space at " << at << " of " << size;
      }
    }
  }
  EXPECT_TRUE(is_value(""));
}

}  // namespace
}  // namespace omniroute::http
