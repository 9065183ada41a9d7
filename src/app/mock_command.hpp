#pragma once
#include "arguments.hpp"

namespace omniroute::app {

/// `omniroute mock`: a scripted upstream until a signal ends it. The exit code.
int run_mock(const Arguments& arguments);

}  // namespace omniroute::app
