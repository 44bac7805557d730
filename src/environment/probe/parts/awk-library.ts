/**
 * Functions of the probe's awk programs, for mawk, gawk and busybox. `say` and `unseen` write a line of the answer
 * (`protocol.ts`) and count it in `told`.
 */
export const awkLibrary = String.raw`
function clean(text,   i, c, cleaned) {
  if (text !~ /[^ -~]/ && index(text, "\\") == 0) return text
  if (!("\n" in escaped)) {
    for (i = 1; i < 32; i++) escaped[sprintf("%c", i)] = sprintf("\\x%02x", i)
    escaped[sprintf("%c", 127)] = "\\x7f"
    escaped["\\"] = "\\\\"
  }
  cleaned = ""
  for (i = 1; i <= length(text); i++) {
    c = substr(text, i, 1)
    cleaned = cleaned (c in escaped ? escaped[c] : c)
  }
  return cleaned
}
function say(id, text, source) {
  id = clean(id); text = clean(text); told++
  if (length(text) <= 2000) { print id "\t=\t" text "\t" clean(source); return }
  printf "%s\t~\t%s\t", id, clean(source)
  fflush()
  print text | "sha256sum"
  close("sha256sum")
}
function unseen(id, why) {
  print clean(id) "\t?\t" clean(why); told++
}
function first(file,   text) {
  if ((getline text < file) <= 0) text = ""
  close(file)
  return text
}
function own_name(   name) {
  name = first("/proc/sys/kernel/hostname")
  return length(name) == 12 && name !~ /[^0-9a-f]/ ? "the container's own id" : name
}
`
