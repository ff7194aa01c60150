package intake

import (
	"fmt"
	"path/filepath"
	"strings"
	"unicode"
	"unicode/utf8"
)

// printable makes a name safe to show and to write as JSON without two names
// becoming one: whatever is no printable UTF-8 is written as \xNN.
func printable(name string) string {
	clean := func(r rune) bool { return r != utf8.RuneError && (unicode.IsPrint(r) || r == ' ') }
	if strings.IndexFunc(name, func(r rune) bool { return !clean(r) }) < 0 {
		return name
	}
	var b strings.Builder
	for i := 0; i < len(name); {
		r, n := utf8.DecodeRuneInString(name[i:])
		if clean(r) || r == utf8.RuneError && n == 3 { // U+FFFD itself
			b.WriteString(name[i : i+n])
		} else {
			for _, c := range []byte(name[i : i+n]) {
				fmt.Fprintf(&b, `\x%02x`, c)
			}
		}
		i += n
	}
	return b.String()
}

// names keeps the members of one archive apart: an archive may hold the same
// name twice, and both contents count.
type names map[string]bool

// take gives the name of a member. Windows programs write zip names with '\'.
// An absolute name, or one with "..", is only a name.
func (s names) take(archive, member string) string {
	name := archive + "!/" + memberName(member)
	for base, i := name, 2; s[name]; i++ {
		name = fmt.Sprintf("%s (%d)", base, i)
	}
	s[name] = true
	return name
}

func memberName(member string) string {
	return printable(strings.TrimLeft(strings.ReplaceAll(member, `\`, "/"), "/"))
}

// distinguish gives files of equal names from different arguments names of
// their own, by putting folders of the argument before them. The outcome does
// not depend on the order of the arguments.
func distinguish(files []*file) {
	groups := map[string][]*file{}
	for _, f := range files {
		groups[f.name] = append(groups[f.name], f)
	}
	for _, g := range groups {
		same := true
		for _, f := range g {
			same = same && f.path == g[0].path
		}
		if same {
			continue // one file, named several times
		}
		for depth := 1; depth < 256; depth++ {
			owner := map[string]string{}
			distinct := true
			for _, f := range g {
				n := f.prefixed(depth)
				if p, ok := owner[n]; ok && p != f.path {
					distinct = false
				}
				owner[n] = f.path
			}
			if distinct {
				for _, f := range g {
					f.name = f.prefixed(depth)
				}
				break
			}
		}
	}
}

// prefixed is the name below the last n folders of the argument's root.
func (f *file) prefixed(n int) string {
	dirs := strings.Split(strings.Trim(filepath.ToSlash(f.root), "/"), "/")
	dirs = dirs[max(0, len(dirs)-n):]
	return printable(strings.Join(append(dirs, f.rel), "/"))
}
