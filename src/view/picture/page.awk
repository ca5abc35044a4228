# Writes a part of the page as an array of strings of C, called by -v name=NAME: a string for each
# line, since a compiler need not take very long ones.
BEGIN { printf "static const char *const %s[] = {\n", name }
{
  gsub(/\\/, "&&")
  gsub(/"/, "\\\"")
  printf "    \"%s\\n\",\n", $0
}
END { print "    0};" }
