// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <memory>

#include "context.hpp"
#include "minipkg/json.hpp"
#include "minipkg/signature.hpp"
#include "minipkg/text.hpp"
#include "password.hpp"
#include "render_text.hpp"

namespace minipkg::cli {
namespace {

/// One that was changed, or generated, as a sentence or in the form of the list.
ExitStatus tell_key(Context& context, const TrustedKey& key, const std::string& sentence) {
  if (context.globals.json) context.console.print(to_json({key}, today()));
  context.console.tell(fmt::format("{} ({}) {}\n", printable(key.name), key.id, sentence));
  return ExitStatus::done;
}

std::string day_or_dash(const std::optional<Day>& day) { return day ? day_text(*day) : "-"; }

ExitStatus list(Context& context) {
  const std::vector<TrustedKey> keys = trusted_keys(context.root);
  Rows rows;
  for (const TrustedKey& key : keys) {
    rows.push_back({printable(key.name), key.id, name_of(trust_of(key, today())), day_or_dash(key.expires)});
  }
  context.console.print(context.globals.json ? to_json(keys, today()) : records(rows, context.console));
  return ExitStatus::done;
}

struct AddOptions {
  std::string file;
  std::optional<std::string> name, expires;
};

std::optional<Day> day_given(const std::optional<std::string>& text) {
  if (!text) return {};
  if (const std::optional<Day> day = day_named(*text)) return day;
  throw Error(ErrorKind::usage, fmt::format("cannot use day '{}': it is none like 2027-01-31", printable(*text)));
}

/// Its file, or the day given, may have ended the trust already.
std::string trust_in(const TrustedKey& key) {
  switch (trust_of(key, today())) {
    case Trust::revoked:
      return "is not trusted: it was revoked";
    case Trust::expired:
      return "is not trusted: it expired on " + day_text(*key.expires);
    case Trust::trusted:
      break;
  }
  return key.expires ? "is trusted until " + day_text(*key.expires) : "is trusted";
}

ExitStatus add(Context& context, const AddOptions& options) {
  context.refuse_dry_run("add", options.file);
  const TrustedKey key = minipkg::add_key(context.root, options.file, options.name, day_given(options.expires));
  return tell_key(context, key, trust_in(key));
}

ExitStatus remove(Context& context, const std::string& key) {
  context.refuse_dry_run("remove", key);
  return tell_key(context, remove_key(context.root, key), "is not trusted any more");
}

ExitStatus revoke(Context& context, const std::string& key) {
  context.refuse_dry_run("revoke", key);
  return tell_key(context, revoke_key(context.root, key, today()), "is revoked");
}

struct GenerateOptions {
  std::string file;
  std::optional<std::string> public_file;
  bool no_password = false;
};

std::string public_beside(const std::string& file) {
  return (file.ends_with(".key") ? file.substr(0, file.size() - 4) : file) + ".pub";
}

ExitStatus generate(Context& context, const GenerateOptions& options) {
  context.refuse_dry_run("generate", options.file);
  const std::string public_file = options.public_file.value_or(public_beside(options.file));
  TrustedKey key = generate_key(options.file, public_file,
                                options.no_password ? std::nullopt : std::optional<AskPassword>(ask_new_password));
  key.name = public_file;
  return tell_key(context, key, "belongs to " + printable(options.file) + ", which is secret");
}

ExitStatus policy(Context& context, const std::optional<std::string>& word) {
  if (word) {
    context.refuse_dry_run("set the policy to", *word);
    set_policy(context.root, *policy_named(*word));
  }
  const Policy policy = policy_of(context.root);
  if (context.globals.json) context.console.print(policy_json(policy));
  const std::string line = fmt::format("{}\n", name_of(policy));
  if (word) context.console.tell(line);
  if (!word && !context.globals.json) context.console.print(line);
  return ExitStatus::done;
}

void add_add(CLI::App& keys, Context& context) {
  CLI::App* command = keys.add_subcommand("add", "Trust a public key of minisign");
  auto options = std::make_shared<AddOptions>();
  command->add_option("FILE", options->file, "Its file")->required();
  command->add_option("--name", options->name, "What to call it (default: the file's name)")->type_name("NAME");
  command->add_option("--expires", options->expires, "From this day on, in UTC, it is not trusted: 2027-01-31")
      ->type_name("DATE");
  command->callback([&context, options] { context.run = [options](Context& with) { return add(with, *options); }; });
}

void add_change(CLI::App& keys, Context& context, const char* name, const char* about,
                ExitStatus (*change)(Context&, const std::string&)) {
  CLI::App* command = keys.add_subcommand(name, about);
  auto key = std::make_shared<std::string>();
  command->add_option("NAME|ID", *key, "As `minipkg key list` shows them")->required();
  command->callback(
      [&context, key, change] { context.run = [key, change](Context& with) { return change(with, *key); }; });
}

void add_generate(CLI::App& keys, Context& context) {
  CLI::App* command = keys.add_subcommand("generate", "Make a pair of keys to sign with");
  auto options = std::make_shared<GenerateOptions>();
  command->add_option("FILE", options->file, "For the secret key")->required();
  command->add_option("-p,--public", options->public_file, "For the public key (default: FILE with .pub)")
      ->type_name("PUBFILE");
  command->add_flag("--no-password", options->no_password, "Do not encrypt the secret key");
  command->callback(
      [&context, options] { context.run = [options](Context& with) { return generate(with, *options); }; });
}

void add_policy(CLI::App& keys, Context& context) {
  CLI::App* command = keys.add_subcommand("policy", "Show or set what packages must show: none, digest, signature");
  auto word = std::make_shared<std::optional<std::string>>();
  command->add_option("WORD", *word, "none, digest or signature")
      ->check(CLI::IsMember({"none", "digest", "signature"}));
  command->callback([&context, word] { context.run = [word](Context& with) { return policy(with, *word); }; });
}

}  // namespace

void add_key(CLI::App& app, Context& context) {
  CLI::App* command = app.add_subcommand("key", "List, add, remove, revoke or make keys that sign packages");
  command->require_subcommand(0, 1);
  command->add_subcommand("list", "List keys: name, id, trust, day of expiry (the default)");
  add_add(*command, context);
  add_change(*command, context, "remove", "Trust a key no longer, and forget it", remove);
  add_change(*command, context, "revoke", "Never trust a key again", revoke);
  add_generate(*command, context);
  add_policy(*command, context);
  command->callback([&context] {
    if (!context.run) context.run = list;
  });
}

}  // namespace minipkg::cli
