package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"unicode"
)

const (
	// maxFileName is how much of a name that came over the network is kept.
	maxFileName = 120
	// maxSameName is how many files of one name are told apart by a number.
	maxSameName = 10_000
)

// extractor writes files that came out of captures into one folder. Their names
// were chosen by a stranger: what is written is always a new file directly in
// the folder, and nothing that is there already is changed.
type extractor struct {
	dir  string
	root *os.Root
}

// newExtractor opens the folder, and makes it when it is not there.
func newExtractor(dir string) (*extractor, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, usagef("--extract: %v", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, usagef("--extract: %v", err)
	}
	return &extractor{dir: dir, root: root}, nil
}

func (x *extractor) close() { x.root.Close() }

// put writes content under a name made of the frame, 0 for none, and of the
// given one, and returns it. The same content under the same name is written
// once.
func (x *extractor) put(frame int, name string, content []byte) (string, error) {
	name = safeName(name)
	if frame > 0 {
		name = fmt.Sprintf("%d-%s", frame, name)
	}
	ext := path.Ext(name)
	stem := strings.TrimSuffix(name, ext)
	temp := ""
	defer func() {
		if temp != "" {
			x.root.Remove(temp)
		}
	}()
	for i := 1; i <= maxSameName; i++ {
		try := name
		if i > 1 {
			try = fmt.Sprintf("%s-%d%s", stem, i, ext)
		}
		if _, err := x.root.Lstat(try); err == nil {
			if x.holds(try, content) {
				return try, nil
			}
			continue
		}
		if temp == "" {
			var err error
			if temp, err = x.write(content); err != nil {
				return "", unwritten(filepath.Join(x.dir, try), err)
			}
		}
		if err := x.place(temp, try); errors.Is(err, fs.ErrExist) {
			continue
		} else if err != nil {
			return "", unwritten(filepath.Join(x.dir, try), err)
		}
		return try, nil
	}
	return "", fmt.Errorf("%s: more than %d files of this name", name, maxSameName)
}

// write writes content under a name that is no one's: a file appears under its
// own when it is whole.
func (x *extractor) write(content []byte) (temp string, err error) {
	temp = "." + salt() + ".tmp"
	f, err := x.root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return "", err
	}
	_, err = f.Write(content)
	if e := f.Close(); err == nil {
		err = e
	}
	if err != nil {
		x.root.Remove(temp)
		return "", err
	}
	return temp, nil
}

// place gives a file its name, unless there is one of that name. Where a file
// system has no links, an empty file holds the name first.
func (x *extractor) place(temp, name string) error {
	err := x.root.Link(temp, name)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return err
	}
	f, err := x.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	f.Close()
	if err = x.root.Rename(temp, name); err != nil {
		x.root.Remove(name)
	}
	return err
}

// holds tells whether a file has exactly this content.
func (x *extractor) holds(name string, content []byte) bool {
	info, err := x.root.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() != int64(len(content)) {
		return false
	}
	f, err := x.root.Open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	have, err := io.ReadAll(io.LimitReader(f, int64(len(content))+1))
	return err == nil && bytes.Equal(have, content)
}

// safeName makes a file name of what stood in a request: the last element, of
// letters, digits and a few signs, that means nothing special on any system.
func safeName(name string) string {
	return fileName(name, func(r rune) bool {
		return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("._-+@ ", r))
	})
}

// folderName makes the name of a folder of what a folder or file of this system
// is called: letters of all scripts stay, and signs that every file system takes.
func folderName(name string) string {
	return fileName(name, func(r rune) bool {
		return unicode.In(r, unicode.Letter, unicode.Mark, unicode.Digit) || strings.ContainsRune("._-+@ ,()=", r)
	})
}

func fileName(name string, keep func(r rune) bool) string {
	name = path.Base(strings.ReplaceAll(name, `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if keep(r) && r != unicode.ReplacementChar {
			return r
		}
		return '_'
	}, name)
	if len(name) > maxFileName { // the extension tells what it is
		ext := path.Ext(name)
		if len(ext) > 16 {
			ext = ""
		}
		name = strings.ToValidUTF8(name[:maxFileName-len(ext)], "") + ext
	}
	name = strings.TrimRight(strings.TrimLeft(name, ".- "), ". ")
	stem, _, _ := strings.Cut(strings.ToUpper(name), ".")
	switch {
	case name == "":
		return "unnamed"
	case stem == "CON", stem == "PRN", stem == "AUX", stem == "NUL",
		len(stem) == 4 && (stem[:3] == "COM" || stem[:3] == "LPT") && stem[3] >= '0' && stem[3] <= '9':
		return "_" + name // devices on Windows, whatever the extension
	}
	return name
}
