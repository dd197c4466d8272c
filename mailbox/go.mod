module github.com/starlang-go/starlang/mailbox

go 1.26.0
