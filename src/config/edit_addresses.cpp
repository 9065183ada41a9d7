#include <string>

#include "checks.hpp"
#include "editor_state.hpp"

namespace omniroute::config {
namespace {

constexpr std::size_t longest_reason = 200;

}  // namespace

Task<Status> Editor::ban(store::IpBan ban) {
  store::Database::StatusWork edit = [state = state_, ban = std::move(ban)](store::Transaction& transaction) -> Status {
    const std::optional<net::AddressClass> kind = net::classify_address(ban.address);
    if (!kind) return bad_field("ip", "must be an address such as 192.0.2.1 or 2001:db8::1");
    if (*kind == net::AddressClass::loopback) return bad_field("ip", "cannot be this machine itself");
    if (ban.until_ms <= state->now_ms()) return bad_field("durationMs", "must be above 0");
    if (ban.reason.size() > longest_reason) return bad_field("reason", "may have at most 200 bytes");
    store::IpBans table(transaction);
    if (Status cleared = table.remove_expired(state->now_ms()); !cleared) return cleared;
    return table.save(ban);
  };
  return change_only(state_, std::move(edit));
}

Task<Result<bool>> Editor::lift_ban(std::string address) {
  store::Database::Work<bool> edit = [address = std::move(address)](store::Transaction& transaction) {
    return store::IpBans(transaction).remove(address);
  };
  return change<bool>(state_, std::move(edit));
}

}  // namespace omniroute::config
