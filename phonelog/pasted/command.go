package pasted

import "bytes"

// command reads a line that was typed, behind the prompt it was typed at:
//
//	jasburns@host /data/SBD $ md5sum ITLSEP0011215A1AE3.tlv      Cisco TechNote 116232
//	[root@host SBD]# md5sum ITLFile.tlv
//	$ ls -l /tmp/*.tlv                                           a phone, Cisco Support Community DOC-18834
//	C:\> tftp -i 192.0.2.1 get SEP0011215A1AE3.cnf.xml.sgn       Cisco expert webcast, 3 April 2012
//	admin:file list tftp *.tlv detail                            Cisco Support Community DOC-18834
//	md5sum ITLSEP0011215A1AE3.tlv                                copied without its prompt
//
// Without a prompt the arguments must look like files, since a sentence may
// begin with the name of a program too.
func command(s []byte, r *record) bool {
	if c, ok := adminPrompt(s); ok {
		if len(c) == 0 {
			r.kind, r.dialect, r.ignore = ignored, DialectCLI, "a prompt without a command"
			return true
		}
		if !cliBook().Match(c, &r.m) || r.m.Func != nil {
			return false
		}
		r.take()
		return true
	}
	if hasPrefixFold(s, "run sql ") {
		r.kind, r.dialect = foreign, DialectCLI
		return true
	}
	c, prompted := prompt(s)
	if w, _ := word(c); prompted && (string(w) == "ls" || string(w) == "dir") {
		r.kind, r.dialect = listing, DialectShell
		return true
	}
	if !commandsBook().Match(c, &r.m) || r.m.Func != nil || r.m.Addr != nil || c[0] == '-' {
		return false
	}
	r.take()
	if !prompted && !bare(c, r) {
		r.reset()
		return false
	}
	r.arguments()
	return true
}

// arguments drops what the patterns took for a server or file and is none.
func (r *record) arguments() {
	for i := range r.n {
		if f := &r.fields[i]; len(f.value) > 0 && f.value[0] == '-' {
			f.value = nil
		}
	}
	if placeholder(r.get("file")) || placeholder(r.get("server")) {
		r.kind, r.ignore = ignored, "an instruction: a placeholder stands for the server or the file"
	}
}

func placeholder(s []byte) bool {
	i := bytes.IndexByte(s, '<')
	return i >= 0 && bytes.IndexByte(s[i:], '>') > 0
}

// bare tells whether a command without a prompt is one: "tftp>" is its own
// prompt, and files must look like files.
func bare(c []byte, r *record) bool {
	if hasPrefixFold(c, "tftp>") {
		return true
	}
	switch r.kind {
	case get, hashing:
		f := r.get("file")
		for more := r.get("more"); len(more) > 0; {
			var w []byte
			if w, more = word(more); !fileName(w) {
				return false
			}
		}
		return fileName(f) && !bytes.HasSuffix(f, []byte(",")) || placeholder(f)
	case session:
		return numeric(r.get("server"))
	case checking:
		return r.get("port") != nil && numeric(r.get("server")) || bytes.IndexByte(r.get("server"), ':') > 0
	}
	return false
}

// numeric recognises an IPv4 address.
func numeric(s []byte) bool {
	dots := 0
	for _, b := range s {
		if b == '.' {
			dots++
		} else if !isDigit(b) {
			return false
		}
	}
	return dots == 3
}

// adminPrompt cuts "admin:" off, which may have lost or doubled its colon's
// blanks.
func adminPrompt(s []byte) ([]byte, bool) {
	if !hasPrefixFold(s, "admin:") {
		return nil, false
	}
	return trim(bytes.TrimLeft(s[len("admin:"):], ": \t")), true
}

// prompt cuts the prompt of a shell off; ok is false when there is none.
func prompt(s []byte) (c []byte, ok bool) {
	for i := 0; i < len(s) && i < maxPrompt; i++ {
		switch b := s[i]; {
		case b == '$' || b == '#' || b == '%':
			if i+1 < len(s) && isBlank(s[i+1]) && (i == 0 || host(s[:i])) {
				return nonEmpty(s, trim(s[i+1:]))
			}
		case b == '>' && windows(s[:i]):
			return nonEmpty(s, trim(s[i+1:]))
		}
	}
	return s, false
}

// nonEmpty gives the line itself where nothing stands behind the prompt.
func nonEmpty(s, c []byte) ([]byte, bool) {
	if len(c) == 0 {
		return s, false
	}
	return c, true
}

// maxPrompt is how far into a line a prompt reaches; it may hold a path.
const maxPrompt = 160

// host recognises what stands before "$" or "#": user@host, or a path alone.
func host(s []byte) bool {
	s = trim(s)
	at := bytes.IndexByte(s, '@')
	if at > 0 && at+1 < len(s) && bytes.IndexByte(s[:at], ' ') < 0 {
		return true
	}
	return len(s) > 0 && (s[0] == '~' || s[0] == '/') && bytes.IndexByte(s, ' ') < 0 || bytes.HasPrefix(s, []byte("bash-")) || bytes.HasPrefix(s, []byte("sh-"))
}

// windows recognises "C:\Users\x" and "PS C:\Users\x".
func windows(s []byte) bool {
	if w, rest := word(s); string(w) == "PS" {
		s = rest
	}
	return len(s) >= 3 && s[0]|0x20 >= 'a' && s[0]|0x20 <= 'z' && s[1] == ':' && s[2] == '\\'
}
