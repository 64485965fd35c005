/*
 * gotab: a program with Go's table of two functions, something inlined into the first, as Go 1.GO writes it (16, 18
 * or 20): src/runtime/symtab.go of the Go project. NO_TREES: the place of inline trees cannot be found.
 */
	.globl	_start, second
_start:	sub	$16, %rsp
	call	_start
	add	$16, %rsp
	ret
second:	call	_start
	ret
end:
	.section .gopclntab, "a"
#if GO == 16
tab:	.long	0xfffffffa
	.byte	0, 0, 1, 8
	.quad	2, 1, names - tab, units - tab, files - tab, values - tab, table - tab
#else
#if GO == 18
tab:	.long	0xfffffff0
#else
tab:	.long	0xfffffff1
#endif
	.byte	0, 0, 1, 8
	.quad	2, 1, _start, names - tab, units - tab, files - tab, values - tab, table - tab
#endif
names:	.byte	0
main:	.asciz	"main.main"
goexit:	.asciz	"runtime.goexit"
inl:	.asciz	"net/http.inlined"
units:	.long	0
files:	.asciz	"/srv/main.go"
/* pairs of how much the value grows (from -1, zigzag) and for how many bytes of code */
values:	.byte	0
sp:	.byte	2, 4, 32, 10, 0
file:	.byte	2, 14, 0
line:	.byte	20, 4, 2, 10, 0
tree:	.byte	2, 4, 1, 10, 0
#if GO == 16
table:	.quad	_start, one - table, second, two - table, end
one:	.quad	_start
#else
table:	.long	0, one - table, second - _start, two - table, end - _start, 0
one:	.long	0
#endif
	.long	main - names, 0, 0, sp - values, file - values, line - values, 3, 0
#if GO == 20
	.long	7
#endif
	.byte	0, 0, 0, 4
	.long	0, 0, tree - values, 0, 0, 0, 0
#if GO == 16
two:	.quad	second
#else
two:	.long	second - _start
#endif
	.long	goexit - names, 0, 0, sp - values, file - values, line - values, 0, 0
#if GO == 20
	.long	7
#endif
	.byte	0, 0, 0, 0
#ifndef NO_TREES
	/* the runtime's moduledata, as far as it tells where the trees are */
	.section .noptrdata, "aw"
	.quad	tab
	.fill	21, 8, 0
	.quad	_start
	.fill	15, 8, 0
	.quad	trees, trees, trees
	.section .rodata
trees:	.long	0, inl - names, 4, inl - names, 4
#endif
