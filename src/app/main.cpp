#include <unistd.h>

#include <cstdio>
#include <exception>

#include "program.hpp"

int main(int count, char** words) {
  try {
    return omniroute::app::run_program(count, words, environ, OMNIROUTE_VERSION);
  } catch (const std::exception& failure) {
    std::fprintf(stderr, "omniroute: internal error: %s\n", failure.what());
    return 1;
  }
}
