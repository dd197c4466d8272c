// Package mailbox is under construction in this commit.
package mailbox
