#include "omniroute/base/background.hpp"

#include <sched.h>
#include <sys/resource.h>

namespace omniroute {

void keep_pace(Pace pace) noexcept {
  if (pace == Pace::prompt) return;
  // A batch thread that wakes does not push a running one aside; of two that want to run it gets a seventieth.
  const sched_param none{};
  static_cast<void>(sched_setscheduler(0, SCHED_BATCH, &none));
  // On Linux 0 is the calling thread alone, not its process.
  constexpr int most_patient = 19;
  static_cast<void>(setpriority(PRIO_PROCESS, 0, most_patient));
}

}  // namespace omniroute
