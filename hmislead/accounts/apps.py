from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "hmislead.accounts"

    def ready(self) -> None:
        from hmislead.web import navigation

        for place, url_name in (
            ("sign_in", "account_login"),
            ("sign_out", "account_logout"),
            ("security", "accounts:security"),
            ("sessions", "usersessions_list"),
            ("api_tokens", "accounts:token-list"),
            ("operator", "tenancy:operator"),
        ):
            navigation.register_link(place, url_name)
