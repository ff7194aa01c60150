// Package tvstrace reads the traces of the servers.
package tvstrace
