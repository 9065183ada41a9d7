#include "table.hpp"

#include <gtest/gtest.h>

namespace omniroute::app {
namespace {

TEST(Table, ColumnsAreAsWideAsTheirWidestCell) {
  Table table({"NAME", "ID"});
  table.add({"a longer name", "1"});
  table.add({"b", "22"});
  EXPECT_EQ(table.text(),
            "NAME           ID\n"
            "a longer name  1\n"
            "b              22\n");
}

TEST(Table, ACharacterOfSeveralBytesCountsOnce) {
  Table table({"KEY", "X"});
  table.add({"…abcd", "y"});
  EXPECT_EQ(table.text(), "KEY    X\n…abcd  y\n");
}

TEST(Table, ControlCharactersDoNotReachTheTerminal) {
  Table table({"NAME"});
  table.add({"a\x1b[31mb\nc"});
  EXPECT_EQ(table.text(), "NAME\na?[31mb?c\n");
}

}  // namespace
}  // namespace omniroute::app
