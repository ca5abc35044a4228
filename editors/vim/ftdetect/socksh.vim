" Scripts of socksh, by their name or by their first line.
autocmd BufRead,BufNewFile *.socksh setfiletype socksh
autocmd BufRead,BufNewFile * if getline(1) =~# '^#!.*\<socksh\>' | setfiletype socksh | endif
