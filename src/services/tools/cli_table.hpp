#pragma once
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "json_text.hpp"

namespace omniroute::services {

/// A file of a tool, below the home folder.
struct CliFile {
  std::vector<std::string> paths;  ///< the first that is there; else the last
  bool toml = false;
  std::size_t with = none;        ///< written only if the file of this number is there
  std::string passed_over_for{};  ///< the tool does not read it when this file is there

  static constexpr std::size_t none = static_cast<std::size_t>(-1);
};

/// Where a value comes from.
enum class CliSource {
  origin,  ///< the gateway's address without a path
  base,    ///< the same with /v1
  key,
  model,    ///< of the slot
  literal,  ///< JSON; "$now" in it is the time
};

/// One value that is written. In its path "$model" is the chosen model and "$ours" our element of the list (whose `mark` says so).
struct CliLeaf {
  CliSource source;
  TextPath path;
  std::string text{};    ///< the literal; or what stands before a model's name
  std::string slot{};    ///< of a model
  std::size_t file = 0;  ///< its number
  std::string back{};    ///< what stands there again when ours is taken away; empty = nothing does
  bool chooses = false;  ///< says that the tool uses us, where it knows several providers
  bool once = false;     ///< only has to be there: what stands there stays, and is not taken away
};

struct CliSlot {
  std::string id;
  bool required = false;
};

struct CliTool {
  std::string id;
  std::string name;
  std::vector<std::string> commands;  ///< one of them is the tool
  std::vector<CliFile> files;         ///< none: by hand
  std::vector<CliSlot> slots;
  std::vector<CliLeaf> leaves;
  bool named = true;            ///< what is ours goes by our name; else only the address tells it
  std::vector<TextPath> own{};  ///< what is ours as a whole in the first file
  TextPath mark{};              ///< inside our element of a list: the member that says so, and
  std::string mark_text{};      ///< what it says
  std::string guide{};          ///< what to do by hand: {origin}, {base}, {key}, {model}
  std::string guide_language = "text";
  std::vector<std::string> notes{};  ///< codes of what is worth knowing
};

/// Every tool; docs/cli-tools.md says which were tried with the program itself, and in which version.
const std::vector<CliTool>& cli_tools();
const CliTool* find_cli_tool(std::string_view id);

}  // namespace omniroute::services
