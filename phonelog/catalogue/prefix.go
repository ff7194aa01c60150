package catalogue

// maxPrefixes: as it is, behind "-", behind "EROR:", behind an address, behind
// a function name, behind a second one.
const maxPrefixes = 6

type span struct{ from, to int }

// prefixes finds where a pattern may begin in a message: see the package
// comment.
func prefixes(msg []byte, starts *[maxPrefixes]int) (n int, fn, addr span) {
	i := skipBlanks(msg, 0)
	add := func(at int) {
		if n < maxPrefixes && (n == 0 || starts[n-1] != at) {
			starts[n] = at
			n++
		}
	}
	add(i)
	if i < len(msg) && msg[i] == '-' {
		i = skipBlanks(msg, i+1)
		add(i)
	}
	fn = span{len(msg), len(msg)}
	addr = fn
	for _, tag := range [...]string{"eror:", "error:"} {
		if hasPrefixFold(msg[i:], tag) {
			i = skipBlanks(msg, i+len(tag))
			add(i)
			break
		}
	}
	if i < len(msg) && (msg[i] >= '0' && msg[i] <= '9' || msg[i] == ':') {
		if end := address(msg, i, false); end > i {
			addr = span{i, end}
			if i = end; i < len(msg) && msg[i] == ':' {
				i++
			}
			i = skipBlanks(msg, i)
			add(i)
		}
	}
	for range 2 {
		end, next := function(msg, i)
		if next < 0 {
			break
		}
		if fn.from == len(msg) {
			fn = span{i, end}
		}
		i = next
		add(i)
	}
	return n, fn, addr
}

// function recognises "name:", "name :", "Class::name:" and "Class::name - " at i and
// tells where the name ends and the text begins; next is -1 when there is none.
func function(msg []byte, i int) (end, next int) {
	j := i
	scoped := false
	for j < len(msg) {
		b := msg[j]
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' && j > i || b == '_' || b == '~' && scoped {
			j++
			continue
		}
		if b == ':' && j > i && j+2 < len(msg) && msg[j+1] == ':' && isNameByte(msg[j+2]) {
			scoped = true
			j += 2
			continue
		}
		break
	}
	if j == i || j == len(msg) {
		return 0, -1
	}
	if j+2 < len(msg) && msg[j] == '(' && msg[j+1] == ')' {
		end = j
		j += 2
	} else {
		end = j
	}
	k := skipBlanks(msg, j)
	switch {
	case k < len(msg) && msg[k] == ':':
		return end, skipBlanks(msg, k+1)
	case scoped && k < len(msg) && msg[k] == '-' && (k+1 == len(msg) || msg[k+1] != '-'):
		return end, skipBlanks(msg, k+1)
	case scoped && k > j:
		return end, k // CTFTP: "Class::function text"
	}
	return 0, -1
}

func isNameByte(b byte) bool { return isAlnum(b) || b == '_' || b == '~' }

func skipBlanks(s []byte, i int) int {
	for i < len(s) && fold[s[i]] == ' ' {
		i++
	}
	return i
}

func hasPrefixFold(s []byte, lower string) bool {
	if len(s) < len(lower) {
		return false
	}
	for i := range len(lower) {
		if fold[s[i]] != lower[i] {
			return false
		}
	}
	return true
}
