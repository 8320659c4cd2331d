;;; eglot.el --- The language server with eglot, as rhai-mode.el starts it -*- lexical-binding: t; -*-

;; Run by .ci/lsp:  emacs -q --batch -l tests/lsp/eglot.el

;;; Code:

(setq package-directory-list '("/usr/share/emacs/site-lisp/elpa"))
(package-initialize)
(require 'eglot)
(load (expand-file-name "editors/emacs/rhai-mode.el"))
(add-to-list 'exec-path (file-name-directory (getenv "MIMEO")))

(defun wait (what look)
  "Wait for WHAT until LOOK returns something, and return it."
  (let ((rounds 0) found)
    (while (and (< rounds 200) (not (setq found (funcall look))))
      (setq rounds (1+ rounds))
      (accept-process-output nil 0.1))
    (or found (error "Waited in vain for %s" what))))

(defun found (code)
  "The finding of this CODE."
  (seq-find (lambda (it) (string-match-p (regexp-quote code) (flymake-diagnostic-text it)))
            (flymake-diagnostics)))

(find-file (expand-file-name "examples/option-c.rhai"))
(unless (eq major-mode 'rhai-mode) (error "The mode is %s" major-mode))
(call-interactively #'eglot)
(flymake-mode 1)

;; A letter too few, before it is saved. Eglot sends what was typed when Emacs is idle, which it never is here.
(search-forward "mail::of")
(delete-char 1)
(eglot--signal-textDocument/didChange)
(flymake-start)
(let ((it (wait "a finding" (lambda () (found "script-unknown-function")))))
  (unless (= (line-number-at-pos (flymake-diagnostic-beg it)) (line-number-at-pos))
    (error "It is at %s" (flymake-diagnostic-beg it))))
(insert "f")
(eglot--signal-textDocument/didChange)
(wait "no finding" (lambda () (not (found "script-unknown-function"))))

(let ((hover (jsonrpc-request (eglot--current-server-or-lose) :textDocument/hover
                              (eglot--TextDocumentPositionParams))))
  (unless (string-match-p "mail::office365" (plist-get (plist-get hover :contents) :value))
    (error "The hover is %S" hover)))
(let* ((completion (run-hook-wrapped 'completion-at-point-functions #'completion--capf-wrapper 'all))
       (table (nth 3 completion)))
  (unless (seq-find (lambda (it) (string-match-p "office365" it)) (all-completions "of" table))
    (error "The completion is %S" completion)))
(set-buffer-modified-p nil)
(princ "eglot: held\n")
(kill-emacs 0)
;;; eglot.el ends here
