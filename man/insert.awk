# Puts the file named by `part` in the place of what stands between the two marks of a page.
/^\.\\" BEGIN COMMANDS/ {
  print
  while ((getline line < part) > 0)
    print line
  inside = 1
}
/^\.\\" END COMMANDS/ { inside = 0 }
!inside { print }
