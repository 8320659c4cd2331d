# What wixl cannot say, one statement a line.
CREATE TABLE `ActionText` (`Action` CHAR(72) NOT NULL, `Description` CHAR(64), `Template` CHAR(128) PRIMARY KEY `Action`)
INSERT INTO `ActionText` (`Action`,`Description`) VALUES ('ConfigureSharePoint','Configuring SharePoint')
