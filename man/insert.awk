# Puts the file named by `part` in the place of what stands between the two marks of a page or a
# script: a comment that begins with BEGIN, and one that begins with END.
/^(\.\\"| *#) BEGIN [A-Z]+/ {
  print
  while ((getline line < part) > 0)
    print line
  inside = 1
}
/^(\.\\"| *#) END [A-Z]+/ { inside = 0 }
!inside { print }
