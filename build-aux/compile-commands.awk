# Writes the compilation database, which tells editors and clang's tools how each file is compiled.
# It reads the names of the sources, one a line. From the environment it takes COMPILE_COMMAND, the
# shell command of make's rule without the file, SOURCES_TOP and BUILD_TOP.
function quote(text) {
  gsub(/\\/, "\\\\", text)
  gsub(/"/, "\\\"", text)
  gsub(/\t/, "\\t", text)
  return "\"" text "\""
}
BEGIN { print "[" }
{
  file = ENVIRON["SOURCES_TOP"] "/" $0
  object = $0
  sub(/\.c$/, ".o", object)
  if (NR > 1)
    print ","
  printf "  {\n    \"directory\": %s,\n", quote(ENVIRON["BUILD_TOP"])
  printf "    \"command\": %s,\n", quote(ENVIRON["COMPILE_COMMAND"] " -c -o " object " " file)
  printf "    \"file\": %s,\n    \"output\": %s\n  }", quote(file), quote(object)
}
END { print "\n]" }
