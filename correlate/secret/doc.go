// Package secret keeps secrets out of evidence, and so out of every output,
// redacted or not: what is taken out here nobody can print by mistake.
//
//	secret.Text(`<sshPassword>cisco</sshPassword>`)  // <sshPassword>[secret]</sshPassword>
//	r = secret.Reader(r)                             // blots out private keys in a text
//	secret.Bundle(b)                                 // of everything in evidence that quotes an input
//
// Secrets are private keys in PEM, lines of a TLS key log, values of passwords,
// of CAPF authentication strings and of other keys where a name stands before
// them, headers of HTTP and SIP that prove who one is, and the password in a URL.
// They are recognised by what stands around them: a password alone on a line is
// a word like any other.
//
// What it does not do: pseudonyms (package report/redact), and files that are
// written as they were transferred, which is what --extract is asked for.
package secret
