// A file of its own: the content security policy allows no script inside a page.
document.forms[0].submit();
