#pragma once
#include <algorithm>
#include <chrono>
#include <cstdio>

/// The best of many runs of `work`, in microseconds: what is left when nobody interrupts.
template <class Work>
double measure(const char* name, int times, Work work) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  for (int run = 0; run < 200; ++run) {
    Clock::time_point began = Clock::now();
    for (int i = 0; i < times; ++i) work();
    best = std::min(best, std::chrono::duration<double, std::micro>(Clock::now() - began).count() / times);
  }
  std::printf("%-58s %10.3f us\n", name, best);
  return best;
}

/// What a decision costs: plan, trace, and taking it again. False if a figure misses its bar.
bool measure_routing();
